"""Figures about predictions: accuracy, F1, calibration, the abstention curve.

Knows: labels, probabilities, tiers. Does not know: texts, files, how predictions were made. numpy alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def accuracy(truth: Sequence[str], best: Sequence[str]) -> float:
    """Share of equal labels, 0 for no rows."""
    return sum(t == b for t, b in zip(truth, best, strict=True)) / max(1, len(truth))


def per_label(truth: Sequence[str], best: Sequence[str]) -> dict[str, dict[str, float]]:
    """``precision``, ``recall``, ``f1`` and ``rows`` for each label that occurs in ``truth``."""
    table = {}
    for label in sorted(set(truth)):
        hits = sum(t == b == label for t, b in zip(truth, best, strict=True))
        rows, said = list(truth).count(label), list(best).count(label)
        precision, recall = hits / said if said else 0.0, hits / rows
        f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
        table[label] = {"precision": precision, "recall": recall, "f1": f1, "rows": rows}
    return table


def macro_f1(truth: Sequence[str], best: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in ``truth``."""
    table = per_label(truth, best)
    return sum(row["f1"] for row in table.values()) / max(1, len(table))


def confusion(truth: Sequence[str], best: Sequence[str]) -> dict[str, dict[str, int]]:
    """True label -> predicted label -> rows; only pairs that occur."""
    table: dict[str, dict[str, int]] = {}
    for t, b in zip(truth, best, strict=True):
        row = table.setdefault(t, {})
        row[b] = row.get(b, 0) + 1
    return table


def expected_calibration_error(confidence: Floats, correct: NDArray[np.bool_], bins: int = 15) -> float:
    """Mean |confidence - accuracy| over equally wide bins, weighted by rows (Naeini et al. 2015)."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[place == b].sum() - correct[place == b].sum()) for b in range(bins) if (place == b).any()]
    return float(sum(gaps) / max(1, confidence.size))


def abstention(confidence: Floats, correct: NDArray[np.bool_], threshold: float) -> tuple[float, float]:
    """Coverage and precision of what is at least ``threshold`` sure; precision is 1 where nothing is."""
    kept = confidence >= threshold
    return float(kept.mean()) if kept.size else 0.0, float(correct[kept].mean()) if kept.any() else 1.0


def threshold_for(confidence: Floats, correct: NDArray[np.bool_], precision: float) -> float:
    """The lowest confidence from which on ``precision`` is reached; 1.0 where it never is."""
    order = np.argsort(-confidence, kind="stable")
    running = np.cumsum(correct[order]) / np.arange(1, confidence.size + 1)
    good = np.flatnonzero(running >= precision)
    return float(confidence[order][good[-1]]) if good.size else 1.0


def balanced_large(truth: Sequence[str], best: Sequence[str], large: Mapping[str, bool]) -> float:
    """Balanced accuracy of "does this need a large model?", where ``large`` says it for each intent."""
    shares = []
    for side in (True, False):
        rows = [large[b] == side for t, b in zip(truth, best, strict=True) if large[t] == side]
        if rows:
            shares.append(sum(rows) / len(rows))
    return sum(shares) / max(1, len(shares))
