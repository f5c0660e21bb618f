"""Words of the organization: projects, clients, code names, found in one pass however many there are (Aho-Corasick).

Knows: terms as given in YAML and files. Does not know: what they mean. Case, accents' form (NFKC), look-alike letters
and the width of spaces do not matter; a term is only found as whole words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import ahocorasick

from plugins.detectors.fold import fold, lower
from plugins.detectors.span import Span, View


class TermsError(ValueError):
    """A file of terms cannot be read; the message names it."""


def read_terms(path: Path) -> Iterator[str]:
    """The terms of a file, one a line; empty lines and those that begin with ``#`` are skipped. Raises TermsError."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TermsError(
            f"{path}: the file of terms cannot be read ({type(error).__name__}); boundary.terms_files"
        ) from error
    return (line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))


class Terms:
    """Finds ``term``."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._automaton: Any = ahocorasick.Automaton(ahocorasick.STORE_LENGTH)
        for term in terms:
            plain = " ".join(lower(fold(term)[0]).split())
            if plain:
                self._automaton.add_word(plain)
        self._any = len(self._automaton) > 0
        if self._any:
            self._automaton.make_automaton()

    def find(self, view: View) -> Iterable[Span]:
        if not self._any:
            return
        text = view.lower
        places: Sequence[int] | None = None
        if any(gap in text for gap in ("  ", "\n", "\t", "\r")):
            text, places = _single_spaces(text)
        last = len(text)
        for at, length in self._automaton.iter(text):
            start, end = at + 1 - length, at + 1
            if (start and text[start - 1].isalnum() and text[start].isalnum()) or (
                end < last and text[end].isalnum() and text[at].isalnum()
            ):
                continue
            yield Span(places[start], places[at] + 1, "term") if places else Span(start, end, "term")


def _single_spaces(text: str) -> tuple[str, list[int]]:
    kept: list[str] = []
    places: list[int] = []
    blank = False
    for i, char in enumerate(text):
        space = char.isspace()
        if not (space and blank):
            kept.append(" " if space else char)
            places.append(i)
        blank = space
    return "".join(kept), places
