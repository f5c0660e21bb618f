"""The file itself: a gzipped tar, the manifest first. Knows: names, checksums, modes. Does not know: what is in it."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from services.backup.errors import BackupError
from services.backup.manifest import NAME, Manifest, parse

Progress = Callable[[int], None]
"""Told how many bytes were done just now."""

_CHUNK = 1 << 20
_MOST_MANIFEST = 64 << 20


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def write(target: Path, manifest: Manifest, files: Mapping[str, Path], progress: Progress) -> None:
    """Makes ``target`` (0600) from ``files``, by name. It is there whole or not at all. Raises OSError."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as tar:
                text = manifest.text().encode()
                tar.addfile(_member(NAME, len(text), manifest.made), io.BytesIO(text))
                for name, path in files.items():
                    with path.open("rb") as data:
                        tar.addfile(_member(name, manifest.bytes[name], manifest.made), _Counted(data, progress))
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read(source: Path, into: Path | None, progress: Progress) -> Manifest:
    """Checks every byte against the manifest, and writes the files (0600) below ``into`` where that is given.

    Raises BackupError where anything is missing, additional, damaged or not a plain file; the files that were
    written by then must not be used.
    """
    with _opened(source) as tar:
        members = iter(tar)
        manifest = _manifest(tar, next(members, None))
        left = set(manifest.sha256)
        for member in members:
            if member.name not in left or not member.isreg():
                raise BackupError(f'{source}: "{member.name}" is not in its list: it was changed')
            left.discard(member.name)
            digest = hashlib.sha256()
            for block in _blocks(tar, member, into / member.name if into else None):
                digest.update(block)
                progress(len(block))
            if digest.hexdigest() != manifest.sha256[member.name]:
                raise BackupError(f'{source}: "{member.name}" does not match its checksum: it is damaged')
        assert tar.fileobj is not None
        while tar.fileobj.read(_CHUNK):  # to the end, where gzip's own checksum is
            continue
        if left:
            raise BackupError(f"{source}: {len(left)} files are missing, such as {min(left)}: it is damaged")
    return manifest


def manifest_of(source: Path) -> Manifest:
    """The list alone, unchecked. Raises BackupError."""
    with _opened(source) as tar:
        return _manifest(tar, tar.next())


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:gz") as tar:
            yield tar
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupError(f"{source} is no backup, or a damaged one ({error}): take another") from error
    except OSError as error:  # also gzip.BadGzipFile
        raise BackupError(f"{error.filename or source}: {error.strerror or error}") from error


def _manifest(tar: tarfile.TarFile, first: tarfile.TarInfo | None) -> Manifest:
    if first is None or first.name != NAME or not first.isreg() or first.size > _MOST_MANIFEST:
        raise BackupError("it does not begin with a list of its files: this is no backup of Signalbox")
    data = tar.extractfile(first)
    assert data is not None
    return parse(data.read())


def _blocks(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path | None) -> Iterator[bytes]:
    data = tar.extractfile(member)
    assert data is not None
    if target is None:
        while block := data.read(_CHUNK):
            yield block
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        while block := data.read(_CHUNK):
            out.write(block)
            yield block


def _member(name: str, size: int, made: float) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(made)
    return member


class _Counted(io.RawIOBase):
    """A file that tells how much of it was read."""

    def __init__(self, data: IO[bytes], progress: Progress) -> None:
        super().__init__()
        self._data = data
        self._progress = progress

    def read(self, size: int = -1) -> bytes:
        block = self._data.read(size)
        self._progress(len(block))
        return block
