"""Whisper files become entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.audio.shelf import WhisperFile
from services.discovery.whisper import find, to_entry
from tests.support.tiny_whisper import write_tiny_whisper


@pytest.mark.parametrize(("millions", "tier"), [(39, "small"), (244, "small"), (769, "large"), (1550, "large")])
def test_the_tier_goes_by_size(millions: int, tier: str) -> None:
    model = WhisperFile("whisper-x", Path("x.bin"), "x", millions, True, 1)
    assert to_entry(model, "http://h:1")["model_info"]["tier"] == tier


def test_a_folder(tmp_path: Path) -> None:
    assert find(tmp_path, "http://127.0.0.1:9000") == []
    write_tiny_whisper(tmp_path / "ggml-tiny.bin")
    (tmp_path / "ggml-cut.bin").write_bytes((tmp_path / "ggml-tiny.bin").read_bytes()[:100_000])
    (entry,) = find(tmp_path, "http://127.0.0.1:9000")
    assert entry["model_name"] == "whisper-tiny"
    assert entry["litellm_params"]["api_base"] == "http://127.0.0.1:9000/v1"
    info = entry["model_info"]
    assert (info["mode"], info["location"], info["builtin"]) == ("audio_transcription", "local", True)
