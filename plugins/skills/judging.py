"""How good a skill is on rows, and whether a new version may take the place of the present one.

Knows: rows, answers, meaning-keeping changes of a text. Does not know: files, training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from plugins.classifier import metrics
from plugins.classifier.stability import GATE, variants
from plugins.skills.model import Answer, Skill
from plugins.skills.rows import Row


@dataclass(frozen=True, slots=True)
class Judged:
    """Shares of ``rows``, 0 to 1. ``accuracy``: right, however unsure. ``coverage``: not abstained. ``precision``:
    right among these. ``stability``: answers that stay when the text is changed and its meaning is not."""

    version: str
    rows: int
    accuracy: float
    coverage: float
    precision: float
    ece: float
    stability: float


def judged(skill: Skill, rows: Sequence[Row]) -> Judged:
    """Figures of ``skill`` on ``rows``. Raises ValueError for no row."""
    if not rows:
        raise ValueError("no rows to judge by")
    found = [skill.answer(row.text) for row in rows]
    correct = np.array([is_right(answer, row) for answer, row in zip(found, rows, strict=True)])
    confidence = np.array([answer.confidence for answer in found])
    coverage, precision = metrics.abstention(confidence, correct, skill.threshold)
    same = [
        skill.answer(changed).content == answer.content
        for answer, row in zip(found, rows, strict=True)
        for _, changed in variants(row.text, GATE)
    ]
    return Judged(
        version=skill.version,
        rows=len(rows),
        accuracy=float(correct.mean()),
        coverage=coverage,
        precision=precision,
        ece=metrics.expected_calibration_error(confidence, correct),
        stability=sum(same) / len(same) if same else 1.0,
    )


def is_right(answer: Answer, row: Row) -> bool:
    """The same label, or the same value of every field, case aside."""
    if row.label is not None:
        return answer.label == row.label
    names = {*answer.fields, *row.fields}
    return all((answer.fields.get(n) or "").lower() == (row.fields.get(n) or "").lower() for n in names)


def is_better(candidate: Judged, present: Judged | None) -> bool:
    """Better in accuracy or stability and worse in neither; anything is better than nothing."""
    if present is None:
        return True
    new, old = (candidate.accuracy, candidate.stability), (present.accuracy, present.stability)
    return new != old and all(n >= o for n, o in zip(new, old, strict=True))
