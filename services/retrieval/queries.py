"""The vectors of the last questions: one to several stores, or asked again with another filter, is embedded once.

Knows: the encoder. Does not know: stores. In memory alone. Safe for threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from services.retrieval.minilm.encoder import Encoded, Encoder, Vectors

KEPT = 512
MAX_CHARACTERS = 2000
"""Of a text that is kept."""


class Queries:
    """``encoder``: the encoder, once it is loaded."""

    def __init__(self, encoder: Callable[[], Encoder]) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Vectors, int]] = {}

    def encode(self, texts: Sequence[str]) -> Encoded:
        """The vector of each text, in order."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            made = self._encoder().encode(new)
            known |= {t: (v, n) for t, v, n in zip(new, made.vectors, made.tokens, strict=True)}
            with self._lock:
                self._kept |= {text: known[text] for text in new if len(text) <= MAX_CHARACTERS}
                while len(self._kept) > KEPT:
                    del self._kept[next(iter(self._kept))]
        return Encoded(np.stack([known[text][0] for text in texts]), tuple(known[text][1] for text in texts))
