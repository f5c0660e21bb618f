"""Numbers that a state gave to a person: form, checksum (python-stdnum) and the words around them.

Knows: one row a kind. Does not know: anything about the person. A row without ``alone`` needs one of its country's
words near it: nine digits pass a check of mod 11 too often by chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

from plugins.detectors.span import Span, View

_SEP = r"[ .\-/]?"


def _digits(*counts: int) -> str:
    return _SEP.join(rf"\d{{{count}}}" for count in counts)


@dataclass(frozen=True, slots=True)
class Kind:
    """``form``: regular expression. ``check``: a module of python-stdnum. ``group``: context words. ``alone``: a form
    so telling that it needs no context, or ""."""

    check: str
    form: str
    group: str
    alone: str = ""
    type: str = "national_id"


KINDS: tuple[Kind, ...] = (
    Kind("us.ssn", r"\d{3}[ .\-]?\d{2}[ .\-]?\d{4}", "us", r"\d{3}-\d{2}-\d{4}", "us_ssn"),
    Kind("us.itin", r"9\d{2}[ -]?[5-9]\d[ -]?\d{4}", "us", r"9\d{2}-[5-9]\d-\d{4}"),
    Kind("gb.nhs", _digits(3, 3, 4), "gb"),
    Kind(
        "",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ ]?\d\d[ ]?\d\d[ ]?\d\d[ ]?[A-D]",
        "gb",
        r"[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]",
    ),
    Kind("de.idnr", _digits(2, 3, 3, 3), "de"),
    Kind("fr.nir", r"[12] ?\d{2} ?[01]\d ?\d[\dABab] ?\d{3} ?\d{3} ?\d{2}", "fr", r"[12][\d ABab]{14,21}"),
    Kind("es.dni", r"\d{8}[ -]?[A-Za-z]", "es", r"\d{8}-?[A-Z]"),
    Kind("es.nie", r"[XYZxyz][ -]?\d{7}[ -]?[A-Za-z]", "es", r"[XYZ]-?\d{7}-?[A-Z]"),
    Kind(
        "it.codicefiscale",
        r"[A-Za-z]{6} ?\w{2}[A-Za-z]\w{2} ?[A-Za-z]\w{3}[A-Za-z]",
        "it",
        r"[A-Za-z]{6} ?\w{5} ?[A-Za-z]\w{3}[A-Za-z]",
    ),
    Kind("nl.bsn", r"\d{3,4}[ .\-]?\d{2,3}[ .\-]?\d{2,3}", "nl"),
    Kind("pl.pesel", r"\d{11}", "pl"),
    Kind("be.nn", r"\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}", "be", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"),
    Kind("se.personnummer", r"(?:\d{2})?\d{6}[-+]?\d{4}", "se", r"(?:19|20)\d{6}-\d{4}"),
    Kind("dk.cpr", r"\d{6}[ -]?\d{4}", "dk"),
    Kind("no.fodselsnummer", r"\d{6} ?\d{5}", "no"),
    Kind("fi.hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", "fi", r"\d{6}[-+A]\d{3}[0-9A-Y]"),
    Kind("pt.nif", r"\d{3} ?\d{3} ?\d{3}", "pt"),
    Kind("br.cpf", r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", "br", r"\d{3}\.\d{3}\.\d{3}-\d{2}"),
    Kind("ch.ssn", r"756\.?\d{4}\.?\d{4}\.?\d{2}", "ch", r"756\.?\d{4}\.?\d{4}\.?\d{2}"),
    Kind("at.vnr", r"\d{4} ?\d{6}", "at"),
    Kind("ie.pps", r"\d{7} ?[A-Wa-w][ABWTXZabwtxz]?", "ie"),
    Kind("in_.aadhaar", r"[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}", "in"),
    Kind("ca.sin", r"\d{3}[ -]?\d{3}[ -]?\d{3}", "ca"),
    Kind("au.tfn", r"\d{2,3} ?\d{3} ?\d{3}", "au"),
    Kind("cn.ric", r"\d{17}[\dXx]", "cn", r"\d{17}[\dXx]"),
    Kind("mx.curp", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", "mx", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d"),
    Kind("ro.cnp", r"\d{13}", "ro"),
    Kind("cz.rc", r"\d{6}/?\d{3,4}", "cz"),
    Kind("tr.tckimlik", r"\d{11}", "tr"),
)


_MIXED = re.compile(r"[A-Za-z]{2} ?\d\d")


class NationalIds:
    """Finds ``us_ssn`` and ``national_id``."""

    def __init__(self) -> None:
        self._kinds = [
            (kind, _bounded(kind.form), _bounded(kind.alone) if kind.alone else None, _checker(kind.check))
            for kind in KINDS
        ]
        # One pattern for all forms that begin with a digit and need no context: most numbers fit none of them.
        self._any_alone = _bounded("|".join(kind.alone for kind in KINDS if kind.alone and _begins_with_digit(kind)))

    def find(self, view: View) -> Iterable[Span]:
        if not view.runs:
            return
        long = any(sum(map(str.isdigit, view.folded[a:b])) >= 6 for a, b in view.runs if b - a >= 6)
        text = view.folded
        mixed = any(_MIXED.match(text, at - 2) or _MIXED.match(text, max(0, at - 3)) for at in view.numbers if at >= 2)
        if not long and not mixed:
            return
        numbers = [at for at in view.numbers if not at or not (text[at - 1].isalnum() or text[at - 1] == "_")]
        telling = [at for at in numbers if self._any_alone.match(view.folded, at)]
        for kind, form, alone, valid in self._kinds:
            known = kind.group in view.words
            if not known and (alone is None or not (mixed if kind.form.startswith("[A-") else long)):
                continue
            pattern = form if known else alone or form
            if _begins_with_digit(kind):
                matches = _at(pattern, view.folded, numbers if known else telling)
            else:
                matches = pattern.finditer(view.folded)
            for match in matches:
                start, end = match.span()
                if not (valid(match.group()) or valid(re.sub("[ .]", "", match.group()))):
                    continue
                if view.near(kind.group, start, end) or (
                    alone is not None and alone.fullmatch(view.folded, start, end)
                ):
                    yield Span(start, end, kind.type)


def _begins_with_digit(kind: Kind) -> bool:
    return not kind.form.startswith(("[A-", "[XYZ"))


def _at(pattern: re.Pattern[str], text: str, places: Sequence[int]) -> Iterator[re.Match[str]]:
    """What ``finditer`` gives, where a match can only begin at one of ``places``."""
    past = 0
    for at in places:
        match = pattern.match(text, at) if at >= past else None
        if match is not None:
            past = match.end()
            yield match


def _bounded(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w])(?:{form})(?![\w])")


def _checker(name: str) -> Callable[[str], bool]:
    if not name:
        return lambda _value: True
    valid: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid

    def checked(value: str) -> bool:
        try:
            return valid(value)
        except LookupError:  # a region that python-stdnum's tables name but do not describe: form and date were right
            return True

    return checked
