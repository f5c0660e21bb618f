from __future__ import annotations

import time
from pathlib import Path

from plugins.ledger.keys import from_seed
from plugins.ledger.store import HEAD, Store, segments
from services.console.ledger_tail import read_tail, verified
from tests.services.console.seed import furnish


def test_the_newest_records_come_first(tmp_path: Path) -> None:
    furnish(tmp_path)
    tail = read_tail(tmp_path / "ledger", 5)
    assert (tail.there, tail.records, len(tail.hash)) == (True, 40, 64)
    assert [e.seq for e in tail.entries] == [40, 39, 38, 37, 36]
    left = tail.entries[2]
    assert (left.event, left.data_class, left.zone, left.host) == ("left", "public", "cloud", "api.provider.example")
    assert verified(tmp_path / "ledger").problems == []


def test_a_long_ledger_costs_no_more_than_a_short_one(tmp_path: Path) -> None:
    store = Store(tmp_path, from_seed(b"\x07" * 32))
    store.append([{"event": "kept", "at": 1.0, "decision": f"d{i}"} for i in range(20_000)], sync=False)
    store.close()
    began = time.perf_counter()
    assert [e.seq for e in read_tail(tmp_path, 2).entries] == [20_000, 19_999]
    assert time.perf_counter() - began < 0.3


def test_what_is_no_record_is_left_out_and_a_missing_head_is_said(tmp_path: Path) -> None:
    furnish(tmp_path)
    folder = tmp_path / "ledger"
    with segments(folder)[-1].open("ab") as file:
        file.write(b'not a record\n{"seq": 41, "prev": "x", "event": "recovered"}\n{"seq": 4')
    (folder / HEAD).unlink()
    tail = read_tail(folder, 3)
    assert (tail.records, [e.seq for e in tail.entries]) == (None, [40, 39, 38])


def test_no_ledger(tmp_path: Path) -> None:
    assert not read_tail(tmp_path / "ledger").there
