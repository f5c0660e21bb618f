"""Measures a trained model on labeled rows.

Knows: the figures that ``signalbox router evaluate`` shows. Does not know: how they are printed, where rows come from.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from plugins.classifier import metrics
from plugins.classifier.artefact import TrainedModel
from plugins.classifier.conversation import MAX_CHARS, Prediction, predict_text
from plugins.routing.config.spec import DEFAULT_INTENTS
from plugins.routing.types import INTENTS, Tier

CURVE: tuple[float, ...] = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Thresholds of the abstention curve."""


def evaluate(
    model: TrainedModel,
    rows: Sequence[Mapping[str, str]],
    *,
    tiers: Mapping[str, Tier] | None = None,
    max_chars: int = MAX_CHARS,
) -> dict[str, Any]:
    """Figures for rows of ``text`` and ``intent``. ``tiers`` None takes the shipped table. Latency in milliseconds, one
    text at a time, everything between the text and the label included. Raises ValueError for an unknown intent
    or no row."""
    if not rows:
        raise ValueError("no rows to evaluate")
    table = tiers or DEFAULT_INTENTS
    truth = [row["intent"] for row in rows]
    unknown = sorted(set(truth) - set(INTENTS))
    if unknown:
        raise ValueError(f"unknown intent {unknown[0]!r} (valid: {', '.join(INTENTS)})")
    found, latency = _timed(model, [row["text"] for row in rows], max_chars)
    best = [prediction.best for prediction in found]
    confidence = np.array([prediction.confidence for prediction in found])
    correct = np.array([t == b for t, b in zip(truth, best, strict=True)])
    large = {intent: table[intent] >= Tier.LARGE for intent in INTENTS}
    coverage, precision = metrics.abstention(confidence, correct, model.threshold)
    return {
        "rows": len(rows),
        "model": model.version,
        "accuracy": metrics.accuracy(truth, best),
        "macro_f1": metrics.macro_f1(truth, best),
        "top2": float(np.mean([t in (p.best, p.second) for t, p in zip(truth, found, strict=True)])),
        "balanced_small_large": metrics.balanced_large(truth, best, large),
        "ece": metrics.expected_calibration_error(confidence, correct),
        "threshold": model.threshold,
        "coverage": coverage,
        "precision": precision,
        "abstention": [(t, *metrics.abstention(confidence, correct, t)) for t in CURVE],
        "per_intent": metrics.per_label(truth, best),
        "confusion": metrics.confusion(truth, best),
        "latency_ms": {"p50": float(np.percentile(latency, 50)), "p99": float(np.percentile(latency, 99))},
        "truncated_rows": sum(prediction.truncated_chars > 0 for prediction in found),
    }


def _timed(model: TrainedModel, texts: Sequence[str], max_chars: int) -> tuple[list[Prediction], list[float]]:
    predict_text(model, texts[0], max_chars=max_chars)
    found, latency = [], []
    for text in texts:
        start = time.perf_counter()
        found.append(predict_text(model, text, max_chars=max_chars))
        latency.append((time.perf_counter() - start) * 1000)
    return found, latency
