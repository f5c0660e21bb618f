"""Files: several writers, a crash in the middle, a full disk, segments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plugins.ledger.query import records
from plugins.ledger.store import CHECKPOINTS, HEAD, Store, last_checkpoint, segments
from plugins.ledger.verify import verify
from tests.plugins.ledger.make import KEY, lines, record, rewrite, written

_WRITER = """
import sys
from pathlib import Path
from plugins.ledger.store import Store
from tests.plugins.ledger.make import KEY, record
store = Store(Path(sys.argv[1]), KEY, segment_bytes=20_000)
for number in range(100):
    store.append([record(number, writer=sys.argv[2])] * 3, sync=number % 10 == 0)
    store.checkpoint(0.0)
"""


def test_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", _WRITER, str(tmp_path)]
    running = [subprocess.Popen([*argv, name], cwd=Path(__file__).parents[3]) for name in "abc"]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    found = verify(tmp_path)
    assert found.problems == []
    assert found.records == found.last == 900
    assert found.segments > 1
    assert found.checkpoints > 100
    for name in "abc":
        mine = [r["decision"] for r in records(tmp_path) if r["writer"] == name]
        assert mine == [f"d{number}" for number in range(100) for _ in range(3)], "the order of each writer is kept"


def test_files_are_the_owners(tmp_path: Path) -> None:
    written(tmp_path / "ledger")
    assert (tmp_path / "ledger").stat().st_mode & 0o777 == 0o700
    for name in (HEAD, CHECKPOINTS, segments(tmp_path / "ledger")[0].name):
        assert (tmp_path / "ledger" / name).stat().st_mode & 0o777 == 0o600


def test_what_a_crash_left_half_written_is_taken_off_and_said(tmp_path: Path) -> None:
    written(tmp_path)
    with segments(tmp_path)[-1].open("ab") as file:
        file.write(b'{"seq":11,"prev":"ab')
    assert verify(tmp_path).problems == [], "nobody was told that it is there"
    Store(tmp_path, KEY).append([record(99)], sync=True)
    found = verify(tmp_path)
    assert found.problems == []
    assert found.last == 12
    assert "20 bytes" in found.notes[0]


def test_records_that_the_head_does_not_know_yet_are_kept(tmp_path: Path) -> None:
    """As after a kill between the records and the head."""
    written(tmp_path, 10)
    head = (tmp_path / HEAD).read_bytes()
    store = Store(tmp_path, KEY)
    store.append([record(10)], sync=True)
    (tmp_path / HEAD).write_bytes(head)
    Store(tmp_path, KEY).append([record(11)], sync=True)
    assert verify(tmp_path).problems == []
    assert [r["decision"] for r in records(tmp_path)] == [f"d{n}" for n in range(12)]


def test_a_missing_tail_is_said_by_the_next_record(tmp_path: Path) -> None:
    written(tmp_path)
    rewrite(tmp_path, lines(tmp_path)[:-3])
    Store(tmp_path, KEY).append([record(20)], sync=True)
    problems = "\n".join(verify(tmp_path).problems)
    assert "tail_missing, expected 10" in problems


@pytest.mark.parametrize("gone", ["head", "segment"])
def test_a_missing_file_is_said_by_the_next_record(tmp_path: Path, gone: str) -> None:
    written(tmp_path)
    (tmp_path / HEAD if gone == "head" else segments(tmp_path)[-1]).unlink()
    Store(tmp_path, KEY).append([record(20)], sync=True)
    assert "_missing" in "\n".join(verify(tmp_path).problems)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path, KEY)
    store.append([record(0)], sync=True)
    before = segments(tmp_path)[0].read_bytes()
    with monkeypatch.context() as patched:
        real = os.write
        patched.setattr(os, "write", lambda handle, data: real(handle, data[:10]))
        with pytest.raises(OSError, match="whole"):
            store.append([record(1)], sync=True)
    assert segments(tmp_path)[0].read_bytes() == before
    store.append([record(2)], sync=True)
    assert verify(tmp_path).problems == []
    assert [r["decision"] for r in records(tmp_path)] == ["d0", "d2"]


def test_a_file_put_in_place_of_the_segment_is_written_to_and_found_out(tmp_path: Path) -> None:
    store = Store(tmp_path, KEY)
    store.append([record(0), record(1)], sync=True)
    path = segments(tmp_path)[0]
    kept = path.read_bytes()
    path.unlink()
    path.write_bytes(kept.replace(b"d1", b"dX"))
    store.append([record(2)], sync=True)
    assert len(lines(tmp_path)) == 3
    assert "changed" in "\n".join(verify(tmp_path).problems)


def test_checkpoints_come_at_their_time_and_only_with_something_new(tmp_path: Path) -> None:
    now = 1000.0
    store = Store(tmp_path, KEY, clock=lambda: now)
    assert store.checkpoint(60) is None
    store.append([record(0)], sync=False)
    assert store.checkpoint(60) is not None
    assert store.checkpoint(0) is None
    store.append([record(1)], sync=False)
    assert store.checkpoint(60) is None
    now = 1061.0
    store.append([record(2)], sync=False)
    kept = store.checkpoint(60)
    assert kept is not None
    assert (kept.seq, last_checkpoint(tmp_path / CHECKPOINTS)) == (3, kept)
