"""Generated training texts: frames x parts x pasted documents x chatter x slips of the pen.

Knows: the grammar files (``grammar/*.yaml``) and how to put a text together. Does not know: features,
training. The same seed gives the same texts on every machine.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from plugins.classifier.corpus import Example
from plugins.routing.types import UNSURE

GRAMMAR_DIR = Path(__file__).parent / "grammar"

_SLOT = re.compile(r"\{([a-z_0-9]+)\}")
_NUMBERS: dict[str, tuple[int, int]] = {"digit": (2, 9), "small": (3, 18), "two": (12, 96), "number": (105, 990)}
_DOCUMENTS: dict[str, tuple[str, int, int, str]] = {
    "article": ("article_s", 2, 16, " "),
    "mail": ("mail_s", 2, 7, " "),
    "contract": ("contract_s", 1, 8, "\n"),
    "log": ("log_s", 3, 12, "\n"),
    "review": ("review_s", 1, 5, " "),
    "minutes": ("minutes_s", 3, 8, "\n"),
    "dialog": ("dialog_s", 3, 9, "\n"),
    "german": ("german_s", 1, 5, " "),
    "german_bad": ("german_s", 1, 2, " "),
    "french": ("french_s", 1, 4, " "),
    "spanish": ("spanish_s", 1, 4, " "),
    "bad": ("bad_s", 1, 3, " "),
    "code": ("code_s", 1, 2, "\n\n"),
    "table": ("table_s", 1, 1, "\n"),
}
"""Kind of pasted text -> list of its sentences, fewest, most, what joins them."""

_FRAMES_BEFORE = ("{ask}\n\n{doc}", "{ask}\n{doc}", "{ask}\n\n\"\"\"\n{doc}\n\"\"\"", "{ask}\n---\n{doc}\n---",
                  "{ask}\n\n<text>\n{doc}\n</text>", "{ask} {doc}", "{ask}\n\nText: {doc}")  # fmt: skip
_FRAMES_AFTER = ("{doc}\n\n{ask}", "{doc}\n---\n{ask}", "Here is a text:\n{doc}\n\n{ask}", "\"{doc}\"\n\n{ask}",
                 "{doc} {ask}",                 "I got this:\n\n> {doc}\n\n{ask}")  # fmt: skip
_CODE_FRAMES = ("{ask}\n\n```\n{doc}\n```", "```python\n{doc}\n```\n{ask}", "{ask}\n{doc}", "{doc}\n\n{ask}")


@cache
def _parts(directory: Path) -> Mapping[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    for name in ("parts.yaml", "phrases.yaml"):
        data = yaml.safe_load((directory / name).read_text(encoding="utf-8"))
        found |= {key: [str(value) for value in values] for key, values in data.items()}
    return found


class Grammar:
    """Fills templates from lists of parts with one random generator."""

    def __init__(self, parts: Mapping[str, Sequence[str]], rng: random.Random) -> None:
        self._parts = parts
        self._rng = rng

    def fill(self, template: str) -> str:
        """``template`` with every known ``{slot}`` filled; unknown braces stay, as JSON examples need them."""
        return _SLOT.sub(self._value, template)

    def _value(self, match: re.Match[str]) -> str:
        name = match.group(1)
        if name in _NUMBERS:
            return str(self._rng.randint(*_NUMBERS[name]))
        if name == "they":
            return self._rng.choice(("He", "She"))
        if name not in self._parts:
            return match.group(0)
        return self.fill(self._rng.choice(self._parts[name]))

    def document(self, kind: str) -> str:
        """A pasted text of one kind, in length from one sentence to a page."""
        part, fewest, most, joint = _DOCUMENTS[kind]
        sentences = [self.fill(self._rng.choice(self._parts[part])) for _ in range(self._rng.randint(fewest, most))]
        body = joint.join(dict.fromkeys(sentences))
        if kind == "mail" and self._rng.random() < 0.7:
            name = self._rng.choice(self._parts["person"])
            body = self._rng.choice(
                ("Hi {n},\n{b}\nBest, {m}", "From: {m}\nSubject: request\n\n{b}", "Dear {n},\n\n{b}")
            ).format(n=name, b=body, m=self._rng.choice(self._parts["person"]))
        return body

    def text(self, asks: Sequence[str], docs: Sequence[str]) -> str:
        """One whole request."""
        ask = self.fill(self._rng.choice(asks))
        if self._rng.random() < 0.35:
            ask = self._chatter(ask)
        if docs:
            kind = self._rng.choice(docs)
            frames = _CODE_FRAMES if kind == "code" else self._rng.choice((_FRAMES_BEFORE, _FRAMES_AFTER))
            ask = self._rng.choice(frames).replace("{ask}", ask).replace("{doc}", self.document(kind))
        return slip(ask, self._rng)

    def _chatter(self, ask: str) -> str:
        before = self._rng.choice(self._parts["please"])
        after = self._rng.choice(self._parts["after"])
        if before and not ask.isupper():
            ask = ask[0].lower() + ask[1:]
        return f"{before}{ask}{after}"


def slip(text: str, rng: random.Random) -> str:
    """Sometimes: all lower case, no final mark, or a letter lost, doubled or swapped in the way that people type."""
    if rng.random() < 0.15:
        text = text.lower()
    if rng.random() < 0.15:
        text = text.rstrip(".?!")
    if rng.random() < 0.2:
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(max(1, min(len(text) - 1, 160)))
            kind = rng.randrange(3)
            if text[at : at + 2].isalpha():
                middle = (text[at + 1], text[at] * 2 + text[at + 1], text[at + 1] + text[at])[kind]
                text = text[:at] + middle + text[at + 2 :]
    return text


def generate(seed: int = 1, scale: float = 1.0, directory: Path = GRAMMAR_DIR) -> tuple[Example, ...]:
    """Examples of every frame; ``scale`` multiplies the counts of ``frames.yaml``. Duplicates within a frame
    are left out."""
    frames: Mapping[str, Mapping[str, Any]] = yaml.safe_load((directory / "frames.yaml").read_text(encoding="utf-8"))
    parts = _parts(directory)
    found: list[Example] = []
    for intent, families in frames.items():
        for family, frame in families.items():
            grammar = Grammar(parts, random.Random(f"{seed}:{intent}:{family}"))  # noqa: S311 - reproducible, no secret
            texts = dict.fromkeys(
                grammar.text(frame["asks"], frame.get("docs", ())) for _ in range(round(frame["count"] * scale))
            )
            found += [Example(text, intent, f"made:{intent}:{family}") for text in texts if text.strip()]
    return (*found, *nonsense(seed, scale))


_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1234567890", ".,;?!-")
_LOOSE = [
    "if",
    "of",
    "the",
    "and",
    "because",
    "but",
    "so",
    "than",
    "purple",
    "window",
    "seven",
    "stone",
    "under",
    "maybe",
    "blue",
    "lamp",
    "or",
    "which",
    "between",
]


def nonsense(seed: int = 1, scale: float = 1.0) -> tuple[Example, ...]:
    """Strings that ask for nothing: keys struck at random, made-up and loose words. They have the label ``unsure``."""
    rng = random.Random(f"{seed}:nonsense")  # noqa: S311 - reproducible, no secret
    texts = []
    for place in range(round(330 * scale)):
        if place % 6 == 5:
            texts.append(" ".join(rng.sample(_LOOSE, rng.randint(2, 6))))
            continue
        row = rng.choice(_ROWS)
        texts.append(" ".join(_struck(row, rng) for _ in range(rng.randint(1, 4))))
    unique = enumerate(dict.fromkeys(texts))
    # Many small families, so that no fold of the validation is without them.
    return tuple(Example(t, UNSURE, f"made:unsure:nonsense:{i % 40}") for i, t in unique)


def _struck(row: str, rng: random.Random) -> str:
    if rng.random() < 0.4:
        at = rng.randrange(len(row))
        return (row[at:] * 2)[: rng.randint(3, 7)]
    if rng.random() < 0.2:
        return rng.choice(row) * rng.randint(3, 8)
    return "".join(rng.choice(row) for _ in range(rng.randint(3, 9)))
