"""whisper.cpp through ``whisper-cpp-python``, an engine that may be chosen (``SIGNALBOX_AUDIO_ENGINE``).

Knows: that package's C functions, version 0.2.0 (whisper.cpp 1.4.1). Does not know: why one would prefer it; the
default, ``whisper.py``, is the maintained binding. Its Python class is not used: it wants pydantic 1 and librosa, gives
subtitle times of zero and crashes where a translation has no prompt. The package has no wheel, so it must be built
(``CMAKE_POLICY_VERSION_MINIMUM=3.5 pip install --no-deps whisper-cpp-python``; it needs a C++ compiler and CMake).
"""

from __future__ import annotations

import ctypes
import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from services.audio.engine import Heard, Samples, Segment, Wish
from services.audio.whisper import SHORTEST

PACKAGE = "whisper_cpp_python"
_GREEDY = 0
_HUNDREDTHS = 100.0


def c_functions() -> Any:
    """The package's module of C functions, without its ``__init__``, which imports librosa and pydantic 1.

    Raises ModuleNotFoundError where the package is missing, RuntimeError or FileNotFoundError for its library.
    """
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError(f"No module named {PACKAGE!r}", name=PACKAGE)
    path = Path(package.submodule_search_locations[0]) / "whisper_cpp.py"
    spec = importlib.util.spec_from_file_location(f"{PACKAGE}.whisper_cpp", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class WhisperCppPython:
    """Raises ModuleNotFoundError where the package is missing, RuntimeError for a file that it cannot load. Gives no
    times of words."""

    name = "whisper-cpp-python"

    def __init__(self, path: Path, threads: int) -> None:
        self._api: Any = c_functions()
        self._threads = threads
        self._context: Any = self._api.whisper_init_from_file(str(path).encode())
        if not self._context:
            raise RuntimeError(f"{path.name} cannot be loaded by whisper-cpp-python")

    def hear(self, samples: Samples, wish: Wish, stopped: Callable[[], bool]) -> Heard:
        """See ``Engine``. Cannot be stopped in the middle."""
        if stopped():
            return Heard((), wish.language or "en")
        if len(samples) < SHORTEST:
            samples = np.pad(samples, (0, SHORTEST - len(samples)))
        api, buffer = self._api, np.ascontiguousarray(samples, dtype=np.float32)
        params = api.whisper_full_default_params(_GREEDY)
        params.n_threads = self._threads
        params.print_progress = params.print_realtime = params.print_timestamps = False
        params.no_context = True
        params.translate = wish.translate
        params.temperature = wish.temperature
        # Never null: this version reads both without looking.
        params.language = (wish.language or "auto").encode()
        params.initial_prompt = wish.prompt.encode()
        data = buffer.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        if api.whisper_full(self._context, params, data, len(buffer)) != 0:
            raise RuntimeError("whisper-cpp-python failed to decode")
        found = tuple(self._segment(i) for i in range(api.whisper_full_n_segments(self._context)))
        language = api.whisper_lang_str(api.whisper_full_lang_id(self._context))
        return Heard(tuple(s for s in found if s.text.strip()), language.decode())

    def close(self) -> None:
        """See ``Engine``."""
        self._api.whisper_free(self._context)
        self._context = None

    def _segment(self, index: int) -> Segment:
        api, context = self._api, self._context
        count = api.whisper_full_n_tokens(context, index)
        ids = [int(api.whisper_full_get_token_id(context, index, i)) for i in range(count)]
        logs = [
            math.log(max(1e-9, float(api.whisper_full_get_token_p(context, index, i))))
            for i in range(count)
            if ids[i] < api.whisper_token_eot(context)
        ]
        return Segment(
            api.whisper_full_get_segment_text(context, index).decode("utf-8", "replace"),
            api.whisper_full_get_segment_t0(context, index) / _HUNDREDTHS,
            api.whisper_full_get_segment_t1(context, index) / _HUNDREDTHS,
            tuple(i for i in ids if i < api.whisper_token_eot(context)),
            sum(logs) / len(logs) if logs else 0.0,
        )
