"""From rows to a skill: validation by left-out rows, calibration, threshold, export, card.

Knows: scikit-learn, both kinds of skill. Does not know: files of rows, versions, requests. Imported by the command line
and by tests only.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline

from plugins.classifier import metrics
from plugins.classifier.artefact import sha256, write_artefact
from plugins.classifier.inference import LinearModel, to_bytes
from plugins.classifier.pipeline import TextFeatures
from plugins.classifier.training import HeldOut, fit_temperature
from plugins.skills.fields import OTHER, FieldModel, features, fields_to_bytes, tokens
from plugins.skills.model import WEIGHTS, familiarity
from plugins.skills.rows import Row, check, split

STATED_PRECISION = 0.95
FOLDS = 5
UNUSUAL = 0.02
"""Share of left-out rows that have fewer known words than a text needs to count as one of the usual ones."""

Floats = NDArray[np.float64]


def train(name: str, rows: Sequence[Row], directory: Path, *, precision: float = STATED_PRECISION) -> dict[str, Any]:
    """Trains on four fifths of ``rows`` and writes the skill to ``directory``. Gives its card. Raises RowError."""
    outputs = check(rows)
    kept, judged = split(rows)
    labels = rows[0].label is not None
    data, measured = _labels(kept, precision) if labels else _fields(kept, outputs, precision)
    card = {
        # The same weights with another threshold are another version.
        "version": sha256(data + json.dumps([precision, measured], sort_keys=True).encode())[:12],
        "name": name,
        "kind": "labels" if labels else "fields",
        "outputs": sorted(outputs) if labels else list(outputs),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "stated_precision": precision,
        **measured,
        "training_data": {"sha256": _hash(kept), "rows": len(kept), "held_back": len(judged) if judged != rows else 0},
        "libraries": {name: version(name) for name in ("scikit-learn", "numpy")},
    }
    return write_artefact(directory, {WEIGHTS: data}, card)


def _hash(rows: Sequence[Row]) -> str:
    lines = sorted(f"{row.label}\t{sorted(row.fields.items())}\t{row.text}" for row in rows)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()


def _judged(confidence: Floats, correct: NDArray[np.bool_], precision: float) -> dict[str, Any]:
    """Figures of left-out rows, and the threshold that reaches ``precision`` on them; never above ``precision``, since
    what is as sure as that is right as often."""
    threshold = min(metrics.threshold_for(confidence, correct, precision), precision)
    coverage, reached = metrics.abstention(confidence, correct, threshold)
    return {
        "threshold": round(threshold, 4),
        "left_out": {
            "rows": len(correct),
            "accuracy": round(float(correct.mean()), 4),
            "ece": round(metrics.expected_calibration_error(confidence, correct), 4),
            "coverage": round(coverage, 4),
            "precision": round(reached, 4),
        },
    }


def _labels(rows: Sequence[Row], precision: float) -> tuple[bytes, dict[str, Any]]:
    texts, labels = [row.text for row in rows], np.array([row.label for row in rows])
    least = int(np.unique(labels, return_counts=True)[1].min())
    places: list[int] = []
    logits: list[Floats] = []
    known: list[float] = []
    for train_, test in StratifiedKFold(min(FOLDS, least), shuffle=True, random_state=1).split(texts, labels):
        pipeline = _pipeline().fit([texts[i] for i in train_], labels[train_])
        logits.append(_logits(pipeline, [texts[i] for i in test]))
        columns = pipeline.named_steps["features"].columns()
        known += [familiarity(columns, texts[i]) for i in test]
        places += test.tolist()
    classes = tuple(str(name) for name in np.unique(labels))
    held_out = HeldOut(tuple(str(labels[i]) for i in places), classes, np.concatenate(logits))
    temperature = fit_temperature(held_out)
    scores = held_out.probabilities(temperature)
    correct = np.array([classes[i] for i in scores.argmax(axis=1)]) == np.array(held_out.truth)
    model = _exported(_pipeline().fit(texts, labels), temperature)
    usual = {"familiar": round(float(np.quantile(known, UNUSUAL)), 4)}
    return to_bytes(model), {**_judged(scores.max(axis=1), correct, precision), **usual}


def _pipeline() -> Pipeline:
    regression = LogisticRegression(C=8.0, class_weight="balanced", max_iter=300, tol=1e-3)
    return Pipeline([("features", TextFeatures(min_df=1)), ("regression", regression)])


def _logits(pipeline: Pipeline, texts: list[str]) -> Floats:
    found: Floats = pipeline.decision_function(texts)
    return np.stack([-found / 2, found / 2], axis=1) if found.ndim == 1 else found


def _exported(pipeline: Pipeline, temperature: float) -> LinearModel:
    features_: TextFeatures = pipeline.named_steps["features"]
    regression: LogisticRegression = pipeline.named_steps["regression"]
    weights, intercept = regression.coef_ / temperature, regression.intercept_ / temperature
    if weights.shape[0] == 1:  # two classes: one margin, split between both
        weights, intercept = (
            np.concatenate([-weights / 2, weights / 2]),
            np.concatenate([-intercept / 2, intercept / 2]),
        )
    return LinearModel(
        classes_=tuple(str(name) for name in regression.classes_),
        columns=features_.columns(),
        idf=features_.idf_,
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        intercept=intercept.astype(np.float32),
    )


def _fields(rows: Sequence[Row], names: Sequence[str], precision: float) -> tuple[bytes, dict[str, Any]]:
    raw: list[float] = []
    correct: list[bool] = []
    for train_, test in KFold(min(FOLDS, len(rows)), shuffle=True, random_state=1).split(rows):
        model = _fit_fields([rows[i] for i in train_], names)
        for i in test:
            values, sure = model.read(rows[i].text)
            raw.append(sure)
            correct.append(all(_same(values.get(name), rows[i].fields.get(name)) for name in names))
    right = np.array(correct)
    calibration = _platt(np.array(raw), right)
    odds = np.log(np.clip(raw, 1e-6, 1 - 1e-6) / (1 - np.clip(raw, 1e-6, 1 - 1e-6)))
    confidence = 1 / (1 + np.exp(-(calibration["slope"] * odds + calibration["offset"])))
    return fields_to_bytes(_fit_fields(rows, names)), {
        "calibration": calibration,
        **_judged(confidence, right, precision),
    }


def _same(found: str | None, wanted: str | None) -> bool:
    return (found or "").strip().lower() == (wanted or "").strip().lower()


def _platt(raw: Floats, correct: NDArray[np.bool_]) -> dict[str, float]:
    """Slope and offset of Platt scaling; where all left-out rows are right (or wrong) there is nothing to fit."""
    if correct.all() or not correct.any():
        return {"slope": 1.0, "offset": 0.0}
    odds = np.log(np.clip(raw, 1e-6, 1 - 1e-6) / (1 - np.clip(raw, 1e-6, 1 - 1e-6)))
    fitted = LogisticRegression(C=1.0).fit(odds[:, None], correct)
    return {"slope": round(max(float(fitted.coef_[0, 0]), 0.05), 4), "offset": round(float(fitted.intercept_[0]), 4)}


def _fit_fields(rows: Sequence[Row], names: Sequence[str]) -> FieldModel:
    buckets: list[NDArray[np.int64]] = []
    labels: list[str] = []
    for row in rows:
        spans = tokens(row.text)
        if spans:
            buckets.append(features(row.text, spans))
            labels += _marked(row, spans)
    asked = np.concatenate(buckets)
    used, columns = np.unique(asked, return_inverse=True)
    count, width = asked.shape
    rows_ = np.repeat(np.arange(count), width)
    matrix = sparse.csr_matrix((np.ones(count * width), (rows_, columns.ravel())), shape=(count, used.size))
    regression = LogisticRegression(C=2.0, max_iter=300, tol=1e-3).fit(matrix, labels)
    weights, intercept = regression.coef_, regression.intercept_
    if weights.shape[0] == 1:
        weights, intercept = (
            np.concatenate([-weights / 2, weights / 2]),
            np.concatenate([-intercept / 2, intercept / 2]),
        )
    assert set(regression.classes_) <= {OTHER, *names}
    return FieldModel(
        classes_=tuple(str(name) for name in regression.classes_),
        buckets=used.astype(np.int64),
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        intercept=intercept.astype(np.float32),
    )


def _marked(row: Row, spans: Sequence[tuple[int, int]]) -> list[str]:
    """A label for each token: the field whose value covers it. Where a value stands more than once all count."""
    labels = [OTHER] * len(spans)
    low = row.text.lower()
    for name, value in row.fields.items():
        start = low.find(value.lower()) if value else -1
        while value and start >= 0:
            end = start + len(value)
            for i, (a, b) in enumerate(spans):
                if a >= start and b <= end:
                    labels[i] = name
            start = low.find(value.lower(), end)
    return labels
