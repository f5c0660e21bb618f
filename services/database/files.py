"""Small files that must be whole or absent: atomic writes, secrets, one lock a directory."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StateInUseError(RuntimeError):
    """Another process owns this state directory."""


def write_atomic(path: Path, text: str, mode: int = 0o600) -> None:
    """Replaces `path` by `text`; a reader sees the old or the new content, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_or_make_secret(path: Path) -> str:
    """The secret kept at `path` (0600, in a directory 0700); made on first use. Safe against two makers at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with exclusive(path.with_name(f".{path.name}.lock"), wait=True):
        if path.exists() and (kept := path.read_text(encoding="utf-8").strip()):
            return kept
        made = secrets.token_urlsafe(32)
        write_atomic(path, made + "\n")
        return made


@contextmanager
def exclusive(lock: Path, *, wait: bool = False) -> Iterator[None]:
    """Holds an advisory lock on the file `lock`, which ends with this process at the latest.

    Raises `StateInUseError`, naming the holder's pid, if `wait` is false and somebody holds it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            holder = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
            raise StateInUseError(
                f"process {holder} already runs the database of {lock.parent.parent}: stop it, or use another --state"
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
