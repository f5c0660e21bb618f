from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from services.models.errors import ModelError
from services.models.store import import_model, remove, rows
from tests.support.tiny_whisper import write_tiny_whisper


def nothing(_: int, __: int | None) -> None:
    """No progress bar."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def stick(tmp_path: Path, tiny_gguf: Path) -> Path:
    (tmp_path / "usb").mkdir()
    return Path(shutil.copy(tiny_gguf, tmp_path / "usb" / "tiny.gguf"))


@pytest.mark.parametrize("link", [False, True])
def test_import_list_remove(stick: Path, folder: Path, link: bool) -> None:
    told: list[tuple[int, int | None]] = []
    path = import_model(stick, folder, lambda *p: told.append(p), link=link)
    assert path.read_bytes() == stick.read_bytes()
    assert path.samefile(stick) == link
    size = stick.stat().st_size
    assert told[-1] == (size, size)

    (row,) = rows(folder)
    assert (row.name, row.kind, row.size_bytes, row.context) == ("tiny", "chat", size, 2048)
    assert row.checksum == "recorded"
    assert rows(folder, verify=True)[0].checksum == "ok"

    assert remove("tiny", folder) == [path]
    assert list(folder.iterdir()) == []
    assert stick.exists()


def test_checksum_states(stick: Path, folder: Path) -> None:
    path = import_model(stick, folder, nothing)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(1 << 61, 1 << 61))
    assert rows(folder)[0].checksum == "changed"
    assert rows(folder, verify=True)[0].checksum == "wrong"
    (folder / "tiny.gguf.sha256").write_text("no sum\n")
    assert rows(folder)[0].checksum == "none"


def test_a_split_model_comes_and_goes_as_one(stick: Path, folder: Path) -> None:
    parts = [stick.with_name(f"big-0000{i}-of-00002.gguf") for i in (1, 2)]
    shutil.copy(stick, parts[0])
    with pytest.raises(ModelError, match="1 of its 2 parts"):
        import_model(parts[0], folder, nothing)
    shutil.copy(stick, parts[1])
    import_model(parts[1], folder, nothing)
    assert [r.name for r in rows(folder)] == ["big"]
    assert len(remove("big", folder)) == 2
    assert list(folder.iterdir()) == []


def test_a_checksum_beside_the_source_is_obeyed(stick: Path, folder: Path) -> None:
    beside = stick.with_name("tiny.gguf.sha256")
    beside.write_text("0" * 64 + "  tiny.gguf\n")
    with pytest.raises(ModelError, match="damaged on its way"):
        import_model(stick, folder, nothing)
    assert list(folder.iterdir()) == []
    beside.write_text(hashlib.sha256(stick.read_bytes()).hexdigest() + "  tiny.gguf\n")
    assert import_model(stick, folder, nothing).exists()


def test_what_is_no_model_is_refused(stick: Path, folder: Path, tmp_path: Path) -> None:
    cut = stick.with_name("cut.gguf")
    cut.write_bytes(stick.read_bytes()[:200_000])
    page = stick.with_name("page.gguf")
    page.write_text("<html>" * 20)
    tensors = stick.with_name("m.safetensors")
    tensors.write_text("x")
    cases = [
        (cut, "ends too early"), (page, "not a GGUF file"), (tensors, r"only \.gguf"),
        (tmp_path / "no.gguf", "not a file"), (tmp_path / "usb", "not a file"),
    ]  # fmt: skip
    for path, says in cases:
        with pytest.raises(ModelError, match=says):
            import_model(path, folder, nothing)
    assert not folder.exists()


def test_nothing_is_overwritten_and_nothing_half_is_left(stick: Path, folder: Path) -> None:
    import_model(stick, folder, nothing)
    with pytest.raises(ModelError, match="signalbox models remove tiny"):
        import_model(stick, folder, nothing)
    remove("tiny.gguf", folder)

    def stop(_: int, __: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_model(stick, folder, stop)
    assert list(folder.iterdir()) == []


def test_remove_names_what_is_there(stick: Path, folder: Path) -> None:
    import_model(stick, folder, nothing)
    with pytest.raises(ModelError, match="there: tiny"):
        remove("other", folder)


def test_damaged_files_are_listed(folder: Path) -> None:
    folder.mkdir()
    (folder / "bad.gguf").write_text("nothing" * 9)
    (row,) = rows(folder)
    assert (row.kind, row.parameters, row.context) == ("damaged", None, None)
    assert "bad.gguf" in str(row.problem)
    remove("bad", folder)


def test_whisper_models_come_and_go_too(tmp_path: Path, folder: Path) -> None:
    source = write_tiny_whisper(tmp_path / "ggml-tiny.bin")
    path = import_model(source, folder, nothing)
    (row,) = rows(folder, verify=True)
    assert (row.name, row.kind, row.checksum, row.parameters) == ("whisper-tiny", "whisper", "ok", 39_000_000)
    with pytest.raises(ModelError, match="signalbox models remove whisper-tiny"):
        import_model(source, folder, nothing)
    assert remove("whisper-tiny", folder) == [path]
    assert list(folder.iterdir()) == []
