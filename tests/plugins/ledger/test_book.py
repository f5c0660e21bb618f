"""Queue and thread: who waits, what happens where the disk says no."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from plugins.ledger.book import FOLDER, Book, LedgerProblem, key_of, open_book
from plugins.ledger.chain import Checkpoint, Value
from plugins.ledger.query import records
from plugins.ledger.store import Store
from plugins.ledger.verify import verify


class Stubborn(Store):
    """Says that the disk is full while ``full``."""

    full = False

    def append(self, *args: object, **kwargs: object) -> Checkpoint:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().append(*args, **kwargs)  # type: ignore[arg-type]


async def test_write_returns_when_it_is_there_and_put_at_once(tmp_path: Path) -> None:
    book = open_book(tmp_path, "test")
    book.put("kept", decision="d1")
    await asyncio.gather(*(book.write("left", decision=f"d{n}") for n in range(2, 200)))
    said = list(records(tmp_path / FOLDER))
    assert {r["decision"] for r in said} == {f"d{n}" for n in range(1, 200)}
    assert said[0]["writer"].startswith("test-")
    book.close()
    found = verify(tmp_path / FOLDER)
    assert found.problems == []
    assert found.checkpoints >= 1


async def test_what_nobody_waits_for_is_gathered_with_what_comes(tmp_path: Path) -> None:
    batches: list[int] = []

    class Counting(Store):
        def append(self, rows: Sequence[Mapping[str, Value]], *, sync: bool) -> Checkpoint:
            batches.append(len(rows))
            return super().append(rows, sync=sync)

    book = Book(lambda: Counting(tmp_path, key_of(tmp_path)), "test")
    await book.write("left", decision="d0")
    for n in range(1, 40):
        book.put("ended", decision=f"d{n - 1}")
        await book.write("left", decision=f"d{n}")
    assert sum(batches) == 79
    assert len(batches) <= 79 * 3 // 4, "a batch is signed once, however many records it holds"
    book.put("ended", decision="d39")
    for _ in range(200):  # without anybody who waits
        if sum(batches) == 80:
            break
        await asyncio.sleep(0.05)
    assert sum(batches) == 80
    book.close()
    assert verify(tmp_path).problems == []


async def test_a_full_disk_refuses_what_would_leave_and_nothing_else(tmp_path: Path) -> None:
    made: list[Stubborn] = []

    def store() -> Store:
        made.append(Stubborn(tmp_path, key_of(tmp_path)))
        return made[-1]

    book = Book(store, "test")
    await book.write("left", decision="d1")
    made[0].full = True
    book.put("kept", decision="d2")
    with pytest.raises(LedgerProblem, match="No space"):
        await book.write("left", decision="d3")
    assert book.problem is not None
    made[0].full = False
    assert book.flush()
    await book.write("left", decision="d4")
    assert [r["decision"] for r in records(tmp_path)] == ["d1", "d2", "d4"], "what stayed is written later"
    book.close()
    assert verify(tmp_path).problems == []


async def test_a_folder_that_cannot_be_made_is_the_same(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file")
    book = open_book(tmp_path, "test")
    with pytest.raises(LedgerProblem):
        await book.write("left")
    (tmp_path / FOLDER).unlink()
    await book.write("left", decision="d1")
    book.close()
    assert [r["decision"] for r in records(tmp_path / FOLDER)] == ["d1"]


async def test_what_is_lost_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.ledger.book.KEPT", 3)
    hold, made = threading.Event(), threading.Event()

    def store() -> Store:
        made.set()
        hold.wait(10)
        return Store(tmp_path, key_of(tmp_path))

    book = Book(store, "test")
    book.put("kept", decision="first")
    assert made.wait(10)
    for number in range(8):
        book.put("kept", decision=f"d{number}")
    hold.set()
    assert book.flush()
    book.close()
    said = list(records(tmp_path))
    assert sum(r["event"] == "kept" for r in said) == 4
    assert [r["count"] for r in said if r["event"] == "lost"] == [5]


async def test_checkpoints_are_delivered(tmp_path: Path) -> None:
    told: list[Checkpoint] = []
    book = open_book(tmp_path, "test", deliver=told.append)
    await book.write("left")
    book.close()
    assert [c.seq for c in told] == [1]
    with pytest.raises(LedgerProblem, match="closed"):
        await book.write("left")
    book.put("kept")
