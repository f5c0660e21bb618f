"""What a container would unpack to is known before it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from services.documents import containers
from services.documents.containers import check_container
from services.documents.problems import DocumentProblem
from tests.services.documents import make


def _zip(path: Path, entries: int, size: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(entries):
            made.writestr(f"{number}", b" " * size)
    return path


def test_real_files_pass(tmp_path: Path) -> None:
    check_container(make.docx(tmp_path / "a.docx"), 2**28)


@pytest.mark.parametrize(("entries", "size", "most"), [(3, 2_000, 5_000), (1, 20 * 2**20, 2**30), (12, 1, 2**30)])
def test_bombs_do_not(entries: int, size: int, most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MAX_ENTRIES", 10)
    with pytest.raises(DocumentProblem) as caught:
        check_container(_zip(tmp_path / "z", entries, size), most)
    assert caught.value.code == "too_large"


def test_broken_and_encrypted(tmp_path: Path) -> None:
    path = _zip(tmp_path / "z", 1, 10)
    data = path.read_bytes()
    path.write_bytes(data[:-10])
    with pytest.raises(DocumentProblem, match="damaged"):
        check_container(path, 2**20)
    # The flag of encryption, in the local header and in the central directory.
    at = data.index(b"PK\x01\x02")
    path.write_bytes(data[: at + 8] + b"\x01" + data[at + 9 :])
    with pytest.raises(DocumentProblem, match="password"):
        check_container(path, 2**20)
