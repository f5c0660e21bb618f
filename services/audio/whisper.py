"""whisper.cpp through ``pywhispercpp``, the default engine.

Knows: the binding's parameters and tokens. Does not know: files of models (``shelf``), long recordings (``listening``).
Times of words come from whisper.cpp's token timestamps, which are estimates.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from services.audio.engine import RATE, Heard, Samples, Segment, Wish, Word

SHORTEST = RATE
"""Samples below which whisper.cpp refuses; silence is added."""

_HUNDREDTHS = 100.0


class Whisper:
    """Raises RuntimeError where the file is no model that whisper.cpp can load."""

    name = "whisper.cpp"

    def __init__(self, path: Path, threads: int) -> None:
        self._api: Any = importlib.import_module("_pywhispercpp")
        try:
            self._model: Any = importlib.import_module("pywhispercpp.model").Model(
                str(path),
                redirect_whispercpp_logs_to=None,
                n_threads=threads,
                print_progress=False,
                print_realtime=False,
                token_timestamps=True,
                no_context=True,
            )
        except (ValueError, MemoryError, FileNotFoundError) as error:  # what a damaged file makes of its sizes
            raise RuntimeError(f"{path.name} cannot be loaded by whisper.cpp") from error
        if self._model._ctx is None:
            raise RuntimeError(f"{path.name} cannot be loaded by whisper.cpp")

    def hear(self, samples: Samples, wish: Wish, stopped: Callable[[], bool]) -> Heard:
        """See ``Engine``."""
        if len(samples) < SHORTEST:
            samples = np.pad(samples, (0, SHORTEST - len(samples)))
        self._model.transcribe(
            samples,
            abort_callback=stopped,
            language=wish.language or "",  # empty: whisper.cpp finds out
            initial_prompt=wish.prompt,
            temperature=wish.temperature,
            translate=wish.translate,
        )
        context = self._model._ctx
        if stopped():
            return Heard((), wish.language or "en")
        found = tuple(self._segment(i, wish) for i in range(self._api.whisper_full_n_segments(context)))
        language = self._api.whisper_lang_str(self._api.whisper_full_lang_id(context))
        return Heard(tuple(s for s in found if s.text.strip()), str(language))

    def close(self) -> None:
        """See ``Engine``."""
        self._model = None  # the binding frees the context with its object

    def _segment(self, index: int, wish: Wish) -> Segment:
        api, context = self._api, self._model._ctx
        start = api.whisper_full_get_segment_t0(context, index) / _HUNDREDTHS
        end = api.whisper_full_get_segment_t1(context, index) / _HUNDREDTHS
        text = api.whisper_full_get_segment_text(context, index).decode("utf-8", "replace")
        count = api.whisper_full_n_tokens(context, index)
        tokens = [api.whisper_full_get_token_data(context, index, i) for i in range(count)]
        spoken = [t for t in tokens if t.id < api.whisper_token_eot(context)]
        logs = [float(t.plog) for t in spoken]
        words = tuple(self._words(spoken)) if wish.words else ()
        mean = sum(logs) / len(logs) if logs else 0.0
        return Segment(text, start, end, tuple(int(t.id) for t in spoken), mean, words)

    def _words(self, tokens: list[Any]) -> Iterator[Word]:
        """Tokens joined where the next does not begin with a space. A character may be spread over tokens, so bytes
        are joined before they are decoded."""
        held, start, end = b"", 0.0, 0.0
        for token in tokens:
            piece = self._api.whisper_token_to_bytes(self._model._ctx, token.id)
            if held and piece.startswith(b" "):
                yield Word(held.decode("utf-8", "replace").strip(), start, end)
                held = b""
            if not held:
                start = token.t0 / _HUNDREDTHS
            held, end = held + piece, max(token.t1 / _HUNDREDTHS, start)
        if held.strip():
            yield Word(held.decode("utf-8", "replace").strip(), start, end)
