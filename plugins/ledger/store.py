"""The ledger's files: appended to by several processes, never rewritten.

Knows: ``STATE/ledger/``: segments ``<first seq>.jsonl``, ``head.json`` (the signed place of the latest record),
``checkpoints.jsonl``, ``public.key``; the lock that makes writers take turns. Does not know: what a record says. What a
crash left half-written is taken off and said so in the next record; a tail that is missing is said so too, and
``verify`` reports it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from plugins.ledger.chain import (
    GENESIS,
    BadLineError,
    Checkpoint,
    Value,
    hash_of,
    line_of,
    read_checkpoint,
    read_line,
    signed,
)
from plugins.ledger.keys import SigningKey

HEAD = "head.json"
CHECKPOINTS = "checkpoints.jsonl"
PUBLIC = "public.key"
SEGMENT_BYTES = 64 * 1024 * 1024
LOCK_S = 5.0
HEAD_BYTES = 1024
BROKEN = frozenset({"tail_missing", "head_missing"})
"""Events that say that records are gone."""


class Store:
    """Not safe for threads: one a process and thread. Raises OSError where the folder cannot be made."""

    def __init__(
        self, folder: Path, key: SigningKey, segment_bytes: int = SEGMENT_BYTES, clock: Callable[[], float] = time.time
    ) -> None:
        self.folder = folder
        self._key = key
        self._segment_bytes = segment_bytes
        self._clock = clock
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._head = os.open(folder / HEAD, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._segment = ("", -1)
        self._mine: tuple[bytes, Checkpoint] | None = None
        if not (folder / PUBLIC).exists():
            (folder / PUBLIC).write_text(key.public + "\n")

    def append(self, records: Sequence[Mapping[str, Value]], *, sync: bool) -> Checkpoint:
        """Adds records in order and returns the new head. ``sync``: returns when they are on the disk. Raises OSError,
        and then none of them is there."""
        with self._locked():
            head, notes = self._found()
            rows = [{"at": round(self._clock(), 3), **fields} for fields in (*notes, *records)]
            if head is None or head.size >= self._segment_bytes:
                head = self._begin(head)
            return self._write(head, rows, sync)

    def checkpoint(self, older_than_s: float) -> Checkpoint | None:
        """Keeps the head as a checkpoint where there is something new and the last one is old enough; None where
        not. One of several processes gets it. Raises OSError."""
        path = self.folder / CHECKPOINTS
        with self._locked():
            head = self._head_said()
            last = last_checkpoint(path)
            if head is None or (last is not None and (last.seq >= head.seq or head.at - last.at < older_than_s)):
                return None
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab") as file:
                file.write(head.text().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            return head

    def close(self) -> None:
        """Closes the files."""
        for handle in (self._lock, self._head, self._segment[1]):
            if handle >= 0:
                os.close(handle)
        self._segment = ("", -1)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        end = time.monotonic() + LOCK_S
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.0005)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _head_said(self) -> Checkpoint | None:
        raw = os.pread(self._head, HEAD_BYTES, 0)
        if self._mine is not None and raw == self._mine[0]:
            return self._mine[1]  # what this process wrote: no need to read and verify it
        text = raw.decode("ascii", "replace").strip()
        try:
            head = read_checkpoint(text)
        except ValueError:
            return None
        return head if head.key == self._key.public and head.valid() else None

    def _found(self) -> tuple[Checkpoint | None, list[Mapping[str, Value]]]:
        """The place of the last record that is there, and what must be said about how it was found."""
        head = self._head_said()
        if head is not None and _size(self.folder / head.segment) == head.size:
            return head, []
        names = segments(self.folder)
        if not names:
            return None, [_gone(head)] if head is not None else []
        return self._recovered(head, names)

    def _recovered(
        self, head: Checkpoint | None, names: Sequence[Path]
    ) -> tuple[Checkpoint | None, list[Mapping[str, Value]]]:
        raw = names[-1].read_bytes()
        whole = raw.rfind(b"\n") + 1
        notes: list[Mapping[str, Value]] = []
        if whole != len(raw):
            notes.append({"event": "recovered", "torn_bytes": len(raw) - whole})
            os.truncate(names[-1], whole)
        lines = raw[:whole].splitlines()
        last = lines[-1] if lines else b""
        try:
            seq = read_line(last)["seq"] if last else int(names[-1].stem) - 1
        except BadLineError:
            seq = int(names[-1].stem) + len(lines) - 1
        if head is None:
            notes.append({"event": "head_missing"})
        elif seq < head.seq:
            notes.append(_gone(head))
        ledger = head.ledger if head is not None else _first_hash(names[0])
        prev = hash_of(last) if last else _last_hash(names[:-1])
        return self._signed(ledger, seq, prev, names[-1].name, whole), notes

    def _begin(self, head: Checkpoint | None) -> Checkpoint:
        """A new segment after ``head``."""
        seq, prev = (head.seq, head.hash) if head is not None else (0, GENESIS)
        name = f"{seq + 1:020d}.jsonl"
        if _size(self.folder / name):  # never over what is there; an empty one is of a crash just here
            raise OSError(17, "a segment of the ledger is already there")
        os.close(os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return self._signed(head.ledger if head is not None else "", seq, prev, name, 0)

    def _write(self, head: Checkpoint, rows: Sequence[Mapping[str, Value]], sync: bool) -> Checkpoint:
        seq, prev, ledger = head.seq, head.hash, head.ledger
        parts = []
        for row in rows:
            seq += 1
            line = line_of(seq, prev, row)
            prev = hash_of(line)
            ledger = ledger or prev
            parts.append(line + b"\n")
        payload = b"".join(parts)
        handle = self._open(head.segment)
        try:
            if os.write(handle, payload) != len(payload):
                raise OSError(28, "the record was not written whole")
            if sync:
                os.fdatasync(handle)
            made = self._signed(ledger, seq, prev, head.segment, head.size + len(payload))
            said = made.text().encode().ljust(HEAD_BYTES)
            os.pwrite(self._head, said, 0)
            self._mine = (said, made)
        except OSError:
            os.ftruncate(handle, head.size)  # half a batch is none: nobody was told that it is there
            raise
        return made

    def _open(self, name: str) -> int:
        """The segment's handle; another one where somebody put another file in its place."""
        mine = os.fstat(self._segment[1]).st_ino if self._segment[0] == name else None
        if mine is None or mine != (self.folder / name).stat().st_ino:
            if self._segment[1] >= 0:
                os.close(self._segment[1])
            self._segment = ("", -1)
            handle = os.open(self.folder / name, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            self._segment = (name, handle)
        return self._segment[1]

    def _signed(self, ledger: str, seq: int, hash: str, segment: str, size: int) -> Checkpoint:
        at = round(self._clock(), 3)
        return signed(self._key, ledger=ledger, seq=seq, hash=hash, at=at, segment=segment, size=size)


def segments(folder: Path) -> list[Path]:
    """The files of records, oldest first."""
    return sorted(p for p in folder.glob("*.jsonl") if p.stem.isdigit())


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def last_checkpoint(path: Path) -> Checkpoint | None:
    """The newest kept checkpoint; None where there is none that can be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 2 * HEAD_BYTES))
            return read_checkpoint(file.read().splitlines()[-1].decode("ascii", "replace"))
    except (OSError, ValueError, IndexError):
        return None


def _gone(head: Checkpoint) -> Mapping[str, Value]:
    return {"event": "tail_missing", "expected": head.seq, "expected_hash": head.hash}


def _first_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hash_of(file.readline().rstrip(b"\n"))


def _last_hash(names: Sequence[Path]) -> str:
    lines = names[-1].read_bytes().splitlines() if names else []
    return hash_of(lines[-1]) if lines else GENESIS
