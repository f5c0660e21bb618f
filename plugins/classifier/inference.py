"""Intent probabilities by numpy alone: what the gateway process loads.

Knows: the exported weights (``intent.npz``) and how to apply them. Does not know: scikit-learn (its import
costs seconds and
tens of megabytes in each worker), messages, thresholds of a deployment. The file holds arrays only; it is read with
``allow_pickle=False``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plugins.classifier.features import BLOCK_WEIGHTS, DENSE, extract
from plugins.classifier.hashing import BUCKETS, Buckets

Floats = NDArray[np.float32]


def block_vector(buckets: Buckets, columns: NDArray[np.uint16], idf: Floats, weight: float) -> tuple[Buckets, Floats]:
    """Known columns of one block and their values: log(1+count) x idf, scaled to length ``weight``.

    ``columns`` maps a bucket to its column + 1, 0 where training never saw it; shape (BUCKETS,).
    """
    known = columns[buckets]
    known = known[known > 0]
    if known.size == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    known.sort()  # a copy; what numpy.unique does, without its checks, which cost as much again
    new = np.empty(known.size, dtype=bool)
    new[0] = True
    np.not_equal(known[1:], known[:-1], out=new[1:])
    first = new.nonzero()[0]
    counts = np.empty(first.size, dtype=np.int64)
    counts[:-1] = first[1:]
    counts[-1] = known.size
    counts -= first
    ids = known[first].astype(np.int64) - 1
    values = np.log1p(counts).astype(np.float32) * idf[ids]
    return ids, values * np.float32(weight / np.sqrt(values @ values))


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Multinomial logistic regression over ``features.extract``.

    ``columns``: shape (BUCKETS,). ``idf``: (n,). ``weights``: (n + DENSE, classes). ``intercept``: (classes,).
    """

    classes_: tuple[str, ...]
    columns: NDArray[np.uint16]
    idf: Floats
    weights: Floats
    intercept: Floats

    def scores(self, text: str) -> Floats:
        """Calibrated logits of one text, shape (classes,)."""
        extracted = extract(text)
        total = self.intercept.copy()
        for buckets, weight in zip(extracted.blocks, BLOCK_WEIGHTS, strict=True):
            ids, values = block_vector(buckets, self.columns, self.idf, weight)
            if ids.size:
                total += values @ self.weights[ids]
        total += extracted.dense @ self.weights[self.idf.size :]
        return total

    def probabilities(self, text: str) -> Floats:
        """Probabilities of one text in the order of ``classes_``, shape (classes,)."""
        logits = self.scores(text)
        powers = np.exp(logits - logits.max())
        result: Floats = powers / powers.sum()
        return result

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """As scikit-learn's: shape (texts, classes)."""
        return np.stack([self.probabilities(text) for text in texts])


def to_bytes(model: LinearModel) -> bytes:
    """The model as an ``.npz``: only the buckets in use are stored."""
    buckets = np.flatnonzero(model.columns)
    out = io.BytesIO()
    np.savez_compressed(
        out,
        classes=np.array(model.classes_),
        buckets=buckets.astype(np.uint32),
        columns=model.columns[buckets],
        idf=model.idf,
        weights=model.weights.astype(np.float16),
        intercept=model.intercept,
    )
    return out.getvalue()


def from_bytes(data: bytes) -> LinearModel:
    """The reverse of ``to_bytes``. Raises ValueError for anything that is not such a file, and for a model that was
    trained on other features than these."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        if arrays["weights"].shape[0] != arrays["idf"].size + DENSE:
            raise ValueError("trained on other features by another release: train it again")
        columns = np.zeros(BUCKETS, dtype=np.uint16)
        columns[arrays["buckets"]] = arrays["columns"]
        return LinearModel(
            classes_=tuple(str(name) for name in arrays["classes"]),
            columns=columns,
            idf=arrays["idf"],
            weights=arrays["weights"].astype(np.float32),
            intercept=arrays["intercept"],
        )
