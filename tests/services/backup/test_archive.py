"""The archive: what is written is read back, and nothing else is believed."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
from pathlib import Path

import pytest

from services.backup.archive import manifest_of, read, sha256_of, write
from services.backup.errors import BackupError
from services.backup.manifest import NAME, Manifest

FILES = {"state/secrets/master.key": b"sk-1", "state/decisions.sqlite": bytes(range(256)) * 5000, "state/empty": b""}


def _silent(_: int) -> None:
    """Nobody looks."""


def _archive(tmp: Path, files: dict[str, bytes] | None = None) -> tuple[Path, Manifest]:
    paths = {}
    for number, (name, content) in enumerate((files or FILES).items()):
        paths[name] = tmp / f"source{number}"
        paths[name].write_bytes(content)
    sums = {name: sha256_of(path) for name, path in paths.items()}
    manifest = Manifest(5.0, {}, [], sums, {name: path.stat().st_size for name, path in paths.items()})
    write(tmp / "a.tar.gz", manifest, paths, _silent)
    return tmp / "a.tar.gz", manifest


def test_written_and_read_with_modes_and_progress(tmp_path: Path) -> None:
    file, manifest = _archive(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert manifest_of(file) == manifest
    counted: list[int] = []
    assert read(file, tmp_path / "out", counted.append) == manifest
    assert sum(counted) == sum(map(len, FILES.values()))
    for name, content in FILES.items():
        assert (tmp_path / "out" / name).read_bytes() == content
        assert stat.S_IMODE((tmp_path / "out" / name).stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".a.tar.gz*"))


def test_every_damage_is_found(tmp_path: Path) -> None:
    file, _ = _archive(tmp_path)
    whole = file.read_bytes()
    for at in range(20, len(whole) - 8, max(1, len(whole) // 40)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with pytest.raises(BackupError):
            read(file, None, _silent)
    for length in (0, 10, len(whole) // 2, len(whole) - 20):
        file.write_bytes(whole[:length])
        with pytest.raises(BackupError):
            read(file, None, _silent)
    with pytest.raises(BackupError, match="No such file"):
        read(tmp_path / "none", None, _silent)


def _forged(file: Path, manifest: Manifest, *members: tuple[tarfile.TarInfo, bytes]) -> None:
    with gzip.open(file, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
        text = manifest.text().encode()
        head = tarfile.TarInfo(NAME)
        head.size = len(text)
        tar.addfile(head, io.BytesIO(text))
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def test_a_file_that_is_not_listed_a_link_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    file, manifest = _archive(tmp_path, {"state/a": b"x"})
    _forged(file, manifest, (tarfile.TarInfo("state/b"), b"y"))
    with pytest.raises(BackupError, match="not in its list"):
        read(file, tmp_path / "out", _silent)
    link = tarfile.TarInfo("state/a")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    _forged(file, manifest, (link, b""))
    with pytest.raises(BackupError, match="not in its list"):
        read(file, tmp_path / "out", _silent)
    _forged(file, manifest)
    with pytest.raises(BackupError, match="1 files are missing"):
        read(file, None, _silent)
    _forged(file, manifest, (tarfile.TarInfo("state/a"), b"z"))
    with pytest.raises(BackupError, match="checksum"):
        read(file, None, _silent)


def test_any_other_tar_is_none(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "o.tar.gz", "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("x"))
    with pytest.raises(BackupError, match="does not begin with a list"):
        manifest_of(tmp_path / "o.tar.gz")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    manifest = Manifest(5.0, {}, [], {"state/a": "0"}, {"state/a": 3})
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "b.tar.gz", manifest, {"state/a": tmp_path / "none"}, _silent)
    assert list(tmp_path.iterdir()) == []
