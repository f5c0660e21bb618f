"""Each kind of file is checked by its own reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.models.errors import ModelError
from services.models.kinds import check_model, name_of
from tests.support.tiny_whisper import write_tiny_whisper


def test_whole_files_pass_and_others_do_not(tmp_path: Path, tiny_gguf: Path) -> None:
    check_model(tiny_gguf)
    whisper = write_tiny_whisper(tmp_path / "ggml-tiny.bin")
    check_model(whisper)
    (tmp_path / "ggml-cut.bin").write_bytes(whisper.read_bytes()[:90_000])
    (tmp_path / "page.bin").write_bytes(b"<html>please log in</html>")
    (tmp_path / "page.gguf").write_bytes(b"<html>please log in</html>")
    for name, says in (("ggml-cut.bin", "ends too early"), ("page.bin", "not a Whisper model"), ("page.gguf", "GGUF")):
        with pytest.raises(ModelError, match=says):
            check_model(tmp_path / name)


def test_names() -> None:
    assert [name_of(Path(p)) for p in ("ggml-base.bin", "Qwen3-4B.gguf")] == ["whisper-base", "Qwen3-4B"]
