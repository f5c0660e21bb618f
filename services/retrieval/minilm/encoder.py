"""Texts as vectors of 384 numbers, by all-MiniLM-L6-v2 on the CPU.

Knows: tokens, batches, windows for texts that are longer than the model reads. Does not know: HTTP, stores.
Thread-safe; blocking, so callers on an event loop use a thread.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.common.telemetry import switch_off
from services.retrieval.minilm.convert import EXACT, SIZE, onnx_file
from services.retrieval.minilm.weights import SHA256, model_folder

NAME = "all-MiniLM-L6-v2"
DIGEST = SHA256
WINDOW = 254
"""Tokens of text that one run reads: the model was trained on 256 with its two marks."""

BATCH_ROWS = 32
BATCH_TOKENS = 256
"""Bounds of one run: rows, and rows times the longest row. More tokens at once leave the processor's cache: measured,
an eighth slower at 512, a third at 2048."""

_BEGIN, _END = 101, 102

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """``vectors`` [texts, 384], each of length 1. ``tokens``: of each text, with the two marks of each window."""

    vectors: Vectors
    tokens: tuple[int, ...]


class Encoder:
    """Loads the model at once (a quarter of a second). ``threads``: default all cores that this process may use."""

    def __init__(self, path: Path, threads: int | None = None) -> None:
        switch_off(os.environ)
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Fused, adding and normalizing take four times as long as its parts do: a quarter of the whole.
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
        )
        self._tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def tokenize(self, texts: Sequence[str]) -> list[Any]:
        """``tokenizers.Encoding`` of each text, without marks: ``ids`` and ``offsets`` (characters)."""
        found: list[Any] = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return found

    def encode(self, texts: Sequence[str]) -> Encoded:
        """The vector of each text, in order. A text of more than ``WINDOW`` tokens is read in windows and gets the mean
        of their vectors, by their lengths."""
        windows: list[list[int]] = []
        owner: list[int] = []
        for index, found in enumerate(self.tokenize(texts)):
            for start in range(0, max(1, len(found.ids)), WINDOW):
                windows.append(found.ids[start : start + WINDOW])
                owner.append(index)
        each = self._run(windows)
        lengths = np.array([len(window) + 2 for window in windows], np.float32)
        summed = np.zeros((len(texts), SIZE), np.float32)
        np.add.at(summed, owner, each * lengths[:, None])
        counts = np.bincount(owner, weights=lengths, minlength=len(texts)) if owner else np.zeros(0)
        return Encoded(normalized(summed), tuple(int(n) for n in counts))

    def _run(self, windows: Sequence[Sequence[int]]) -> Vectors:
        """Shortest first, so that a batch holds little padding."""
        made = np.empty((len(windows), SIZE), np.float32)
        order = sorted(range(len(windows)), key=lambda i: len(windows[i]))
        for batch in _batches(order, [len(w) + 2 for w in windows]):
            longest = len(windows[batch[-1]]) + 2
            ids = np.zeros((len(batch), longest), np.int64)
            mask = np.zeros((len(batch), longest), np.int64)
            for row, index in enumerate(batch):
                marked = [_BEGIN, *windows[index], _END]
                ids[row, : len(marked)] = marked
                mask[row, : len(marked)] = 1
            made[batch] = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return made


def normalized(vectors: Vectors) -> Vectors:
    """Each row with length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return made


def open_encoder(state: Path, name: str = EXACT, threads: int | None = None) -> Encoder:
    """The encoder of this installation; makes its ONNX file where there is none. Raises WeightsError or OSError."""
    return Encoder(onnx_file(state, name), threads)


def _batches(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """``order`` (by length) in runs of at most ``BATCH_ROWS`` rows and ``BATCH_TOKENS`` padded tokens."""
    made: list[list[int]] = []
    for index in order:
        last = made[-1] if made else None
        if last is None or len(last) >= BATCH_ROWS or (len(last) + 1) * lengths[index] > BATCH_TOKENS:
            made.append([index])
        else:
            last.append(index)
    return made
