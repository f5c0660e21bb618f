"""The card of the intent classifier in service: what it was trained on and how good it is.

Knows: where cards lie (``plugins.classifier.versions``) and what they tell. Does not know: weights, how a card is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugins.classifier.artefact import ArtefactError, read_card
from plugins.classifier.versions import Versions
from plugins.routing.types import INTENTS


@dataclass(frozen=True, slots=True)
class Cell:
    """Of sentences that are ``truth``, how many were called ``best``. ``share``: of that row, 0..1."""

    best: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Card:
    """``scores``: F1 by intent, best first. ``confusion``: a row an intent; empty where the card has none. ``problem``:
    why there is no card."""

    version: str = ""
    told: Mapping[str, Any] | None = None
    scores: tuple[tuple[str, float], ...] = ()
    confusion: tuple[tuple[str, tuple[Cell, ...]], ...] = ()
    problem: str | None = None

    def mistakes(self, most: int = 3) -> tuple[tuple[str, Cell], ...]:
        """What is mistaken most often, of the confusions: true intent and what it was called."""
        wrong = [(truth, c) for truth, cells in self.confusion for c in cells if c.best != truth and c.count]
        return tuple(sorted(wrong, key=lambda found: -found[1].share)[:most])

    def figure(self, name: str) -> float | None:
        """A number of the families that were held out."""
        found = (self.told or {}).get("held_out_families", {})
        value = found.get(name) if isinstance(found, Mapping) else None
        return float(value) if isinstance(value, int | float) else None


def read_classifier(state: Path) -> Card:
    """The card of the version in service."""
    versions = Versions(state)
    try:
        version = versions.current()
        told = read_card(versions.directory(version))
    except ArtefactError as error:
        return Card(problem=str(error))
    held = told.get("held_out_families")
    held = held if isinstance(held, Mapping) else {}
    f1 = held.get("f1") if isinstance(held.get("f1"), Mapping) else {}
    scores = sorted(((str(k), float(v)) for k, v in (f1 or {}).items()), key=lambda kv: -kv[1])
    matrix = held.get("confusion") or told.get("confusion")
    return Card(version, told, tuple(scores), _rows(matrix) if isinstance(matrix, Mapping) else ())


def _rows(matrix: Mapping[str, Any]) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    for truth in INTENTS:
        counts = matrix.get(truth)
        if isinstance(counts, Mapping):
            total = sum(int(n) for n in counts.values()) or 1
            cells = tuple(Cell(best, int(counts.get(best, 0)), int(counts.get(best, 0)) / total) for best in INTENTS)
            rows.append((truth, cells))
    return tuple(rows)
