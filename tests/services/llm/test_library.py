from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from services.llm import library
from services.llm.gguf import GgufHeader, read_header
from services.llm.library import Library, model_name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Qwen3-4B-Q4_K_M.gguf", "Qwen3-4B-Q4_K_M"),
        ("big-00001-of-00003.gguf", "big"),
        ("my model (v2).gguf", "my-model-v2"),
        ("???.gguf", "model"),
    ],
)
def test_model_name(file: str, name: str) -> None:
    assert model_name(Path(file)) == name


def test_files_come_and_go(tmp_path: Path, tiny_gguf: Path) -> None:
    folder = Library(tmp_path / "models")
    assert folder.scan() == {}
    (tmp_path / "models").mkdir()
    shutil.copy(tiny_gguf, tmp_path / "models" / "a.gguf")
    (tmp_path / "models" / "notes.txt").write_text("x")
    (tmp_path / "models" / "b.gguf.part").write_text("x")
    assert list(folder.scan()) == ["a"]
    assert folder.scan()["a"].servable
    (tmp_path / "models" / "a.gguf").unlink()
    assert folder.scan() == {}


def test_a_header_is_read_again_only_when_the_file_changes(
    tmp_path: Path, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []

    def counted(path: Path) -> GgufHeader:
        read.append(path)
        return read_header(path)

    monkeypatch.setattr(library, "read_header", counted)
    path = tmp_path / "a.gguf"
    shutil.copy(tiny_gguf, path)
    folder = Library(tmp_path)
    folder.scan()
    folder.scan()
    assert len(read) == 1
    os.utime(path, ns=(1, 1))
    assert folder.scan()["a"].stamp[0] == 1
    assert len(read) == 2


def test_a_damaged_file_is_listed_with_its_problem(tmp_path: Path, tiny_gguf: Path) -> None:
    (tmp_path / "cut.gguf").write_bytes(tiny_gguf.read_bytes()[:200_000])
    (tmp_path / "page.gguf").write_text("<html>" * 20)
    models = Library(tmp_path).scan()
    assert not models["cut"].servable
    assert "cut.gguf" in str(models["cut"].problem)
    assert "ends too early" in str(models["cut"].problem)
    assert "page.gguf: not a GGUF file" in str(models["page"].problem)


def test_a_split_model_is_one_model_and_wants_all_parts(tmp_path: Path, tiny_gguf: Path) -> None:
    for i in (1, 2):
        shutil.copy(tiny_gguf, tmp_path / f"big-0000{i}-of-00003.gguf")
    folder = Library(tmp_path)
    assert list(folder.scan()) == ["big"]
    assert "2 of its 3 parts" in str(folder.scan()["big"].problem)
    shutil.copy(tiny_gguf, tmp_path / "big-00003-of-00003.gguf")
    assert folder.scan()["big"].servable
    assert folder.scan()["big"].size_bytes == 3 * tiny_gguf.stat().st_size
