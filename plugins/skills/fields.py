"""The values of named fields in a text: one label a token, the best run of tokens a field.

Knows: tokens, their hashed features, the exported weights. Does not know: training, scikit-learn, cards. A value is
always copied from the text.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS = 18
OTHER = ""
"""Label of a token that belongs to no field."""

Floats = NDArray[np.float32]
Span = tuple[int, int]

_TOKEN = re.compile(r"\w+(?:[.,:/@'_-]\w+)*|[^\w\s]")
_JOINING = frozenset(".,:/@'&-+()$€£%#")
"""Marks that may stand inside a value without a label of their own."""


def tokens(text: str) -> list[Span]:
    """Start and end of each token."""
    return [match.span() for match in _TOKEN.finditer(text)]


def _shape(word: str) -> str:
    marks = ("X" if c.isupper() else "x" if c.isalpha() else "9" if c.isdigit() else c for c in word[:12])
    return re.sub(r"(.)\1+", r"\1+", "".join(marks))


def features(text: str, spans: Sequence[Span]) -> NDArray[np.int64]:
    """Buckets of each token's features; shape (tokens, features)."""
    words = [text[a:b] for a, b in spans]
    low = ["<<", "<", *(word.lower() for word in words), ">", ">>"]
    line, heads, first = -1, [], ""
    for start, end in spans:
        at = text.count("\n", 0, start)
        if at != line:
            line, first = at, text[start:end].lower()
        heads.append(first)
    rows = [
        (
            f"w{low[i + 2]}", f"s{_shape(word)}", f"a{word[:3].lower()}", f"e{word[-3:].lower()}", f"p{low[i + 1]}",
            f"n{low[i + 3]}", f"q{low[i]} {low[i + 1]}", f"m{low[i + 3]} {low[i + 4]}", f"h{heads[i]}",
            f"c{low[i + 1]} {_shape(word)}", f"l{min(len(word), 9)}{word.isdigit()}", f"o{min(i, 6)}",
            f"b{_shape(words[i - 1]) if i else ''}", f"d{low[i]}",
        )
        for i, word in enumerate(words)
    ]  # fmt: skip
    flat = [zlib.crc32(name.encode("utf-8", "replace")) & ((1 << BITS) - 1) for row in rows for name in row]
    return np.array(flat, dtype=np.int64).reshape(len(rows), -1)


@dataclass(frozen=True, slots=True)
class FieldModel:
    """``classes_``: OTHER and the fields. ``buckets``: sorted; ``weights``: (buckets, classes)."""

    classes_: tuple[str, ...]
    buckets: NDArray[np.int64]
    weights: Floats
    intercept: Floats

    def probabilities(self, text: str, spans: Sequence[Span]) -> Floats:
        """Of each token; shape (tokens, classes)."""
        asked = features(text, spans)
        place = np.minimum(np.searchsorted(self.buckets, asked), self.buckets.size - 1)
        known = self.buckets[place] == asked
        logits = (self.weights[place] * known[..., None]).sum(axis=1) + self.intercept
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        result: Floats = powers / powers.sum(axis=1, keepdims=True)
        return result

    def read(self, text: str) -> tuple[dict[str, str | None], float]:
        """Values by field, and the confidence of the least sure one, not calibrated."""
        spans = tokens(text)
        names = [name for name in self.classes_ if name != OTHER]
        if not spans:
            return dict.fromkeys(names), 0.0
        scores = self.probabilities(text, spans)
        best = scores.argmax(axis=1)
        values: dict[str, str | None] = {}
        sure = 1.0
        for name in names:
            column = self.classes_.index(name)
            runs = _runs(text, spans, best == column)
            if runs:
                start, end = max(runs, key=lambda run: float(scores[run[0] : run[1], column].mean()))
                values[name] = text[spans[start][0] : spans[end - 1][1]]
                sure = min(sure, float(scores[start:end, column].mean()))
            else:
                values[name] = None
                sure = min(sure, 1 - float(scores[:, column].max()))
        return values, sure


def _runs(text: str, spans: Sequence[Span], marked: NDArray[np.bool_]) -> list[Span]:
    """Runs of marked tokens, joined over a single mark of punctuation between two of them; as token positions."""
    found: list[list[int]] = []
    for i in np.flatnonzero(marked).tolist():
        gap = [text[a:b] for a, b in spans[found[-1][1] : i]] if found else []
        if found and len(gap) <= 1 and all(word in _JOINING for word in gap):
            found[-1][1] = i + 1
        else:
            found.append([i, i + 1])
    return [(start, end) for start, end in found]


def fields_to_bytes(model: FieldModel) -> bytes:
    """The model as an ``.npz``."""
    out = io.BytesIO()
    arrays: dict[str, Any] = {
        "classes": np.array(model.classes_), "buckets": model.buckets.astype(np.uint32),
        "weights": model.weights.astype(np.float16), "intercept": model.intercept,
    }  # fmt: skip
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def fields_from_bytes(data: bytes) -> FieldModel:
    """The reverse of ``fields_to_bytes``. Raises ValueError or KeyError for anything else."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        if arrays["weights"].shape[0] != arrays["buckets"].size:
            raise ValueError("no weights for each bucket")
        return FieldModel(
            classes_=tuple(str(name) for name in arrays["classes"]),
            buckets=arrays["buckets"].astype(np.int64),
            weights=arrays["weights"].astype(np.float32),
            intercept=arrays["intercept"].astype(np.float32),
        )
