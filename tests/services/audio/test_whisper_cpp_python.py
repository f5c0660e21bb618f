"""The other binding, against a module with its C functions: the package has no wheel, so it is not installed here.

Last tried with the real package (0.2.0, built with CMake 3) and the tiny model on 2026-11-25.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.audio import whisper_cpp_python
from services.audio.engine import RATE, Samples, Wish
from services.audio.whisper_cpp_python import PACKAGE, WhisperCppPython, c_functions

TOKENS = ((11, 0.5), (12, 0.5), (50257, 1.0))


class _Functions:
    """What ``whisper_cpp_python.whisper_cpp`` has, as far as it is called."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}

    def whisper_init_from_file(self, path: bytes) -> int | None:
        return None if b"broken" in path else 1

    def whisper_full_default_params(self, strategy: int) -> SimpleNamespace:
        assert strategy == 0
        return SimpleNamespace()

    def whisper_full(self, context: int, params: SimpleNamespace, data: Any, count: int) -> int:
        assert isinstance(data, ctypes.POINTER(ctypes.c_float))
        self.seen = {**vars(params), "count": count, "first": data[0]}
        return 0

    def whisper_full_n_segments(self, context: int) -> int:
        return 1

    def whisper_full_get_segment_text(self, context: int, index: int) -> bytes:
        return " Grüße".encode()

    def whisper_full_get_segment_t0(self, context: int, index: int) -> int:
        return 120

    def whisper_full_get_segment_t1(self, context: int, index: int) -> int:
        return 250

    def whisper_full_n_tokens(self, context: int, index: int) -> int:
        return len(TOKENS)

    def whisper_full_get_token_id(self, context: int, index: int, token: int) -> int:
        return TOKENS[token][0]

    def whisper_full_get_token_p(self, context: int, index: int, token: int) -> float:
        return TOKENS[token][1]

    def whisper_token_eot(self, context: int) -> int:
        return 50257

    def whisper_full_lang_id(self, context: int) -> int:
        return 2

    def whisper_lang_str(self, number: int) -> bytes:
        return b"de"

    def whisper_free(self, context: int) -> None:
        self.seen = {"freed": context}


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> _Functions:
    made = _Functions()
    monkeypatch.setattr(whisper_cpp_python, "c_functions", lambda: made)
    return made


def test_it_hears_through_the_c_functions(functions: _Functions, samples: Samples) -> None:
    engine = WhisperCppPython(Path("m.bin"), 2)
    heard = engine.hear(samples[:100], Wish(translate=True, temperature=0.5), lambda: False)
    (segment,) = heard.segments
    assert (segment.text, segment.start, segment.end, segment.tokens) == (" Grüße", 1.2, 2.5, (11, 12))
    assert segment.avg_logprob == pytest.approx(-0.693, abs=0.001)
    assert heard.language == "de"
    assert functions.seen["count"] == RATE  # too short for whisper.cpp: silence is added
    assert functions.seen["first"] == pytest.approx(float(samples[0]))
    # What this version would crash on is never null.
    assert (functions.seen["initial_prompt"], functions.seen["language"]) == (b"", b"auto")
    assert (functions.seen["n_threads"], functions.seen["translate"], functions.seen["temperature"]) == (2, True, 0.5)
    engine.close()
    assert functions.seen == {"freed": 1}


def test_a_broken_file_and_a_missing_package_are_errors(functions: _Functions) -> None:
    with pytest.raises(RuntimeError, match=r"broken\.bin"):
        WhisperCppPython(Path("broken.bin"), 1)


def test_the_package_itself_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ``__init__`` wants librosa and pydantic 1."""
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").write_text("import a_library_that_is_not_there")
    (tmp_path / PACKAGE / "whisper_cpp.py").write_text("import pathlib\nFOLDER = pathlib.Path(__file__).parent.name")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert c_functions().FOLDER == PACKAGE
    assert PACKAGE not in sys.modules


def test_without_the_package_it_says_so() -> None:
    with pytest.raises(ModuleNotFoundError, match="whisper_cpp_python"):
        WhisperCppPython(Path("m.bin"), 1)
