"""Piper, against a module with its class: it is GPL-3 and carries no voice, so it is not installed here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.audio import piper


class _Voice:
    config = SimpleNamespace(sample_rate=16_000)

    @classmethod
    def load(cls, path: str) -> _Voice:
        assert path.endswith(".onnx")
        return cls()

    def synthesize(self, text: str, syn_config: Any) -> Iterator[SimpleNamespace]:
        for word in text.split():
            yield SimpleNamespace(audio_int16_bytes=word[:1].encode() * int(2 * syn_config.length_scale))


def test_it_speaks_with_the_voice_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(PiperVoice=_Voice, SynthesisConfig=lambda length_scale: SimpleNamespace(**locals()))
    monkeypatch.setitem(sys.modules, "piper", module)
    speaker = piper.Piper(Path("de.onnx"))
    assert speaker.rate == 16_000
    assert speaker.say("ab cd", "", 0.5) == b"aaaacccc"


def test_it_is_not_installed_by_default() -> None:
    assert piper.is_installed() == ("piper" in sys.modules)
