"""The hand-written training sentences: ``corpus/<intent>.yaml``.

Knows: the format of these files and what a near-duplicate is. Does not know: features, training, where else
examples come
from. A file has ``intent``, ``lines`` (group -> block with one example a line) and ``texts`` (group -> list of
longer ones)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from plugins.routing.types import INTENTS

CORPUS_DIR = Path(__file__).parent / "corpus"

FAMILY_SIZE = 8
"""Neighboring sentences of a group that were written in one go count as one family."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labeled text. ``family``: what it was written or generated from, e.g. ``"hand:math:algebra:2"``;
    examples of one family are alike, so validation leaves whole families out."""

    text: str
    intent: str
    family: str


def load_corpus(directory: Path = CORPUS_DIR) -> tuple[Example, ...]:
    """Every hand-written example. Raises ValueError that names the file for an unknown intent or a wrong shape."""
    found: list[Example] = []
    for path in sorted(directory.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        intent = data.get("intent")
        if intent not in INTENTS:
            raise ValueError(f"{path}: unknown intent {intent!r} (valid: {', '.join(INTENTS)})")
        unknown = set(data) - {"intent", "lines", "texts"}
        if unknown:
            raise ValueError(f"{path}: unknown key {sorted(unknown)[0]!r} (valid: intent, lines, texts)")
        found += _examples(data, intent)
    return tuple(found)


def _examples(data: dict[str, Any], intent: str) -> Iterable[Example]:
    groups = {group: str(block).splitlines() for group, block in (data.get("lines") or {}).items()}
    groups |= {group: [str(text) for text in texts] for group, texts in (data.get("texts") or {}).items()}
    for group, texts in groups.items():
        kept = [text.strip() for text in texts if text.strip()]
        for place, text in enumerate(kept):
            yield Example(text, intent, f"hand:{intent}:{group}:{place // FAMILY_SIZE}")


def normalized(text: str) -> str:
    """Lower case, letters and digits only, single blanks: equal for texts that differ in punctuation alone."""
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def shingles(text: str, size: int = 5) -> frozenset[str]:
    """Character n-grams of the normalized text."""
    plain = f" {normalized(text)} "
    return frozenset(plain[i : i + size] for i in range(max(1, len(plain) - size + 1)))


def near_duplicates(examples: Sequence[Example], threshold: float = 0.85) -> tuple[tuple[int, int], ...]:
    """Pairs of positions (first kept, later one) whose shingles overlap by at least ``threshold`` (Jaccard).

    Candidates share a rare shingle (prefix filter of Chaudhuri, Ganti, Kaushik 2006), so it does not compare all pairs.
    """
    sets = [shingles(example.text) for example in examples]
    frequency: dict[str, int] = {}
    for grams in sets:
        for gram in grams:
            frequency[gram] = frequency.get(gram, 0) + 1
    index: dict[str, list[int]] = {}
    pairs: list[tuple[int, int]] = []
    for i, grams in enumerate(sets):
        ordered = sorted(grams, key=lambda gram: (frequency[gram], gram))
        prefix = ordered[: len(ordered) - int(-(-threshold * len(ordered) // 1)) + 1]
        candidates = {j for gram in prefix for j in index.get(gram, ())}
        match = next((j for j in sorted(candidates) if _overlap(grams, sets[j]) >= threshold), None)
        if match is not None:
            pairs.append((match, i))
            continue
        for gram in prefix:
            index.setdefault(gram, []).append(i)
    return tuple(pairs)


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b)


def without_near_duplicates(examples: Sequence[Example], threshold: float = 0.85) -> tuple[Example, ...]:
    """``examples`` in order, each near-duplicate of an earlier one left out."""
    dropped = {later for _, later in near_duplicates(examples, threshold)}
    return tuple(example for i, example in enumerate(examples) if i not in dropped)
