"""Files that whisper.cpp would crash on are known beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.audio.ggml import read_header


def test_a_whole_file(models_dir: Path) -> None:
    header = read_header(models_dir / "ggml-tiny.bin")
    assert header is not None
    assert (header.vocabulary, header.layers, header.whole) == (51865, 4, True)


@pytest.mark.parametrize("keep", [48, 60, 1000, 5_000_000, -1])
def test_a_file_that_ends_too_early(models_dir: Path, tmp_path: Path, keep: int) -> None:
    cut = tmp_path / "cut.bin"
    cut.write_bytes((models_dir / "ggml-tiny.bin").read_bytes()[:keep])
    header = read_header(cut)
    assert header is not None
    assert not header.whole


def test_damage_in_the_middle(models_dir: Path, tmp_path: Path) -> None:
    data = bytearray((models_dir / "ggml-tiny.bin").read_bytes())
    data[100_000:100_400] = bytes([255]) * 400
    (tmp_path / "x.bin").write_bytes(data)
    header = read_header(tmp_path / "x.bin")
    assert header is not None
    assert not header.whole


def test_other_files_are_none(tmp_path: Path) -> None:
    for data in (b"", b"GGUF" + bytes(100)):
        (tmp_path / "x.bin").write_bytes(data)
        assert read_header(tmp_path / "x.bin") is None
    with pytest.raises(OSError, match="gone"):
        read_header(tmp_path / "gone.bin")
