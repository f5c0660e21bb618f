"""The folder of Whisper models."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from services.audio.ggml import MAGIC
from services.audio.shelf import name_of, read, shelf


def _file(path: Path, layers: int, vocabulary: int = 51865, magic: int = MAGIC) -> Path:
    head = struct.pack("<I11i", magic, vocabulary, 1500, 64, 2, layers, 448, 64, 2, layers, 80, 1)
    path.write_bytes(head + struct.pack("<3i", 0, 0, 0) + struct.pack("<4i1s4x", 1, 1, 0, 1, b"t"))
    return path


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("ggml-base.bin", "whisper-base"),
        ("ggml-base.en-q5_1.bin", "whisper-base.en-q5_1"),
        ("whisper-small.bin", "whisper-small"),
        ("my model!.bin", "whisper-my-model"),
    ],
)
def test_names(file: str, name: str) -> None:
    assert name_of(Path(file)) == name


def test_what_is_there(models_dir: Path, tmp_path: Path) -> None:
    assert shelf(None) == {}
    assert shelf(tmp_path / "nowhere") == {}
    tiny = shelf(models_dir)["whisper-tiny"]
    assert (tiny.size, tiny.multilingual, tiny.problem) == ("tiny", True, None)
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(100))
    (tmp_path / "short.bin").write_bytes(b"x")
    _file(tmp_path / "ggml-tiny.en.bin", 4, 51864)
    whole = _file(tmp_path / "ggml-medium.bin", 24).read_bytes()
    (tmp_path / "ggml-medium.bin").write_bytes(whole[:-2])
    _file(tmp_path / "ggml-odd.bin", 5)
    found = shelf(tmp_path)
    assert list(found) == ["whisper-medium", "whisper-odd", "whisper-tiny.en"]
    assert not found["whisper-tiny.en"].multilingual
    assert "ends too early" in (found["whisper-medium"].problem or "")
    assert "no Whisper model" in (found["whisper-odd"].problem or "")


def test_what_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert read(tmp_path / "gone.bin") is None
