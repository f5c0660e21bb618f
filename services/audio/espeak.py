"""espeak-ng through ctypes: the library and its data come in a wheel, ``espeakng_loader``.

Knows: the C functions of ``speak_lib.h``. Does not know: OpenAI's voice names, formats. The library has one state for
the whole process, so one text is spoken at a time; a sentence takes milliseconds.
"""

from __future__ import annotations

import ctypes
import threading
from functools import lru_cache

import espeakng_loader

NAME = "espeak-ng"
_SYNCHRONOUS, _DONT_EXIT, _UTF8, _CHARACTERS, _RATE = 2, 0x8000, 1, 1, 1
_WORDS_A_MINUTE = 175
SLOWEST, FASTEST = 80 / _WORDS_A_MINUTE, 450 / _WORDS_A_MINUTE
"""The speeds that it speaks at, where 1 is its usual one."""

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class EspeakError(Exception):
    """The library does not work, or has no such voice."""


class Espeak:
    """Raises EspeakError where the library cannot be started. ``rate``: samples a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self.rate: int = self._library.espeak_Initialize(
            _SYNCHRONOUS, 0, str(espeakng_loader.get_data_path()).encode(), _DONT_EXIT
        )
        if self.rate <= 0:
            raise EspeakError("espeak-ng cannot be started: its data is missing")
        self._spoken = bytearray()
        self._callback = _CALLBACK(self._take)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, speed: float) -> bytes:
        """Mono 16-bit samples in the machine's order. ``speed``: ``SLOWEST`` to ``FASTEST``. Raises EspeakError for a
        voice that it does not have."""
        with self._lock:
            if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise EspeakError(f"there is no voice {voice}")
            self._library.espeak_SetParameter(_RATE, round(_WORDS_A_MINUTE * speed), 0)
            self._spoken = bytearray()
            data = text.replace("\0", " ").encode()
            failed = self._library.espeak_Synth(
                data, ctypes.c_size_t(len(data) + 1), 0, _CHARACTERS, 0, _UTF8, None, None
            )
            if failed:
                raise EspeakError(f"espeak-ng failed with {failed}")
            return bytes(self._spoken)

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], count: int, events: int) -> int:
        del events
        if count > 0 and samples:
            self._spoken += ctypes.string_at(samples, count * 2)
        return 0


@lru_cache(maxsize=1)
def shared() -> Espeak:
    """The process's one. Raises EspeakError."""
    return Espeak()
