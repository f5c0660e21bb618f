"""The classifier as scikit-learn sees it: features, then logistic regression.

Knows: how the vocabulary of hashed n-grams is chosen and weighted. Does not know: the corpus, files, thresholds.
Imported by training and by tests only; the gateway uses ``inference``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from plugins.classifier.features import BLOCK_WEIGHTS, DENSE, Extracted, extract, truncate
from plugins.classifier.hashing import BUCKETS
from plugins.classifier.inference import LinearModel, block_vector

TRAIN_CHARS = 2000
"""Training texts are cut as the gateway cuts them by default (``gateway.classifier.max_chars``)."""


class TextFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Texts to a sparse matrix (texts, vocabulary + DENSE).

    ``min_df``: texts that a bucket must occur in to get a column. ``max_columns``: at most 65,535, the most
    frequent win."""

    def __init__(self, min_df: int = 3, max_columns: int = 60_000) -> None:
        self.min_df = min_df
        self.max_columns = max_columns

    def fit(self, texts: Sequence[str], y: object = None) -> Self:  # noqa: ARG002 - the interface of scikit-learn
        self._fit([extract(truncate(text, TRAIN_CHARS)[0]) for text in texts])
        return self

    def fit_transform(self, texts: Sequence[str], y: object = None) -> sparse.csr_matrix:  # noqa: ARG002
        extracted = [extract(truncate(text, TRAIN_CHARS)[0]) for text in texts]
        self._fit(extracted)
        return self._matrix(extracted)

    def transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        return self._matrix([extract(truncate(text, TRAIN_CHARS)[0]) for text in texts])

    def _fit(self, extracted: Sequence[Extracted]) -> None:
        seen = np.zeros(BUCKETS, dtype=np.int64)
        for one in extracted:
            for block in one.blocks:
                seen[np.unique(block)] += 1
        candidates = np.flatnonzero(seen >= self.min_df)
        order = np.argsort(-seen[candidates], kind="stable")[: self.max_columns]
        chosen = np.sort(candidates[order])
        self.buckets_ = chosen.astype(np.int64)
        self.idf_ = (np.log((1 + len(extracted)) / (1 + seen[chosen])) + 1).astype(np.float32)

    def _matrix(self, extracted: Sequence[Extracted]) -> sparse.csr_matrix:
        columns = self.columns()
        width = self.idf_.size
        dense = np.arange(width, width + DENSE, dtype=np.int64)
        indices: list[Any] = []
        values: list[Any] = []
        starts = [0]
        for one in extracted:
            for buckets, weight in zip(one.blocks, BLOCK_WEIGHTS, strict=True):
                ids, data = block_vector(buckets, columns, self.idf_, weight)
                indices.append(ids)
                values.append(data)
            indices.append(dense)
            values.append(one.dense)
            starts.append(starts[-1] + sum(part.size for part in indices[-len(BLOCK_WEIGHTS) - 1 :]))
        shape = (len(extracted), width + DENSE)
        return sparse.csr_matrix((np.concatenate(values), np.concatenate(indices), np.array(starts)), shape=shape)

    def columns(self) -> np.ndarray[Any, np.dtype[np.uint16]]:
        """Bucket to column + 1, 0 for none; shape (BUCKETS,)."""
        table = np.zeros(BUCKETS, dtype=np.uint16)
        table[self.buckets_] = np.arange(1, self.buckets_.size + 1)
        return table


def build_pipeline(c: float = 4.0, min_df: int = 3, max_columns: int = 60_000) -> Pipeline:
    """An unfitted pipeline with ``fit`` / ``predict_proba`` / ``classes_``; ``c`` as in LogisticRegression."""
    regression = LogisticRegression(C=c, class_weight="balanced", max_iter=300, tol=1e-3)
    return Pipeline([("features", TextFeatures(min_df, max_columns)), ("regression", regression)])


def rescale(pipeline: Pipeline, temperature: float) -> None:
    """Temperature scaling (Guo et al. 2017), folded into the weights so that ``predict_proba`` is calibrated itself."""
    regression = pipeline.named_steps["regression"]
    regression.coef_ = regression.coef_ / temperature
    regression.intercept_ = regression.intercept_ / temperature


def to_linear(pipeline: Pipeline) -> LinearModel:
    """The fitted pipeline as arrays for ``inference``."""
    features: TextFeatures = pipeline.named_steps["features"]
    regression: LogisticRegression = pipeline.named_steps["regression"]
    return LinearModel(
        classes_=tuple(str(name) for name in regression.classes_),
        columns=features.columns(),
        idf=features.idf_,
        weights=np.ascontiguousarray(regression.coef_.T, dtype=np.float32),
        intercept=regression.intercept_.astype(np.float32),
    )
