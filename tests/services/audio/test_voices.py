"""Names of voices."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.audio.espeak import shared
from services.audio.voices import OPENAI, Voice, piper_voices, voice_of


@pytest.fixture
def piper(tmp_path: Path) -> Path:
    for name in ("de_DE-thorsten-low", "no_description", "torn"):
        (tmp_path / f"{name}.onnx").write_bytes(b"model")
    (tmp_path / "de_DE-thorsten-low.onnx.json").write_text('{"phoneme_id_map": {}}')
    (tmp_path / "torn.onnx.json").write_text("{")
    return tmp_path


def test_every_name_of_openais_is_a_voice_of_espeak_ng() -> None:
    for name in OPENAI:
        voice = voice_of(name.upper(), {}, default_piper=False)
        assert voice is not None
        assert shared().say("a", voice.name, 1.0)


def test_piper_comes_first_where_it_is_installed(piper: Path) -> None:
    found = piper_voices(piper)
    assert list(found) == ["de_DE-thorsten-low"]
    own = found["de_DE-thorsten-low"]
    assert (own.engine, own.path) == ("piper", piper / "de_DE-thorsten-low.onnx")
    assert voice_of("alloy", found, default_piper=True) == own
    assert voice_of("de_DE-thorsten-low", found, default_piper=True) == own
    assert voice_of("de_DE-thorsten-low", found, default_piper=False) is None
    assert voice_of("alloy", found, default_piper=False) == Voice("espeak-ng", OPENAI["alloy"])
    assert piper_voices(None) == piper_voices(piper / "nowhere") == {}


@pytest.mark.parametrize(("name", "there"), [("de", True), ("fr+f3", True), ("en-gb-x-rp", True), ("../x", False)])
def test_espeak_ngs_own(name: str, there: bool) -> None:
    assert (voice_of(name, {}, default_piper=False) is not None) == there
