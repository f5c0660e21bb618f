"""pocketsphinx: English without any downloaded model, poorly.

Knows: the en-us model that its wheel carries. Does not know: other languages, punctuation, capitals.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np

from services.audio.engine import Heard, Samples, Segment, Wish, Word
from services.audio.silence import has_speech

NAME = "pocketsphinx"
_FRAMES = 100.0
"""Frames a second."""

_FILLER = frozenset({"<s>", "</s>", "<sil>", "[NOISE]", "[COUGH]", "[SMACK]", "[UH]", "[UM]", "[BREATH]"})


def is_installed() -> bool:
    """Whether the package is there."""
    return importlib.util.find_spec("pocketsphinx") is not None


class Sphinx:
    """One segment for each piece between silences."""

    name = NAME

    def __init__(self) -> None:
        import pocketsphinx

        self._decoder: Any = pocketsphinx.Decoder(samprate=16_000, loglevel="FATAL")

    def hear(self, samples: Samples, wish: Wish, stopped: Callable[[], bool]) -> Heard:
        """See ``Engine``. Knows no prompt, temperature or translation, and cannot be stopped in the middle: it hears
        better where it is given all at once, since it then knows how loud the recording is."""
        if stopped() or not has_speech(samples):  # it would hear words in silence
            return Heard((), "en")
        decoder, data = self._decoder, np.clip(samples * 32768, -32768, 32767).astype(np.int16)
        decoder.start_utt()
        decoder.process_raw(data.tobytes(), no_search=False, full_utt=True)
        decoder.end_utt()
        words = tuple(
            Word(s.word.partition("(")[0], s.start_frame / _FRAMES, (s.end_frame + 1) / _FRAMES)
            for s in decoder.seg() or ()
            if s.word not in _FILLER
        )
        if not words:
            return Heard((), "en")
        text = " " + " ".join(word.text for word in words)
        return Heard((Segment(text, words[0].start, words[-1].end, words=words if wish.words else ()),), "en")

    def close(self) -> None:
        """See ``Engine``."""
        self._decoder = None
