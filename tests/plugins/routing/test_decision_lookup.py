from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from plugins.routing.decision_log import DecisionLog
from plugins.routing.decision_lookup import decision_at
from tests.plugins.routing.test_decision_log import RECORD


def test_a_decision_is_found_by_its_id(tmp_path: Path) -> None:
    path = tmp_path / "d.sqlite"
    assert decision_at(path, "dec_1") is None
    log = DecisionLog(path, 0)
    log.put(replace(RECORD, cost_usd=0.25, fallbacks=("large",)))
    log.close()
    found = decision_at(path, RECORD.decision_id)
    assert found is not None
    assert (found["cost_usd"], found["fallbacks"], found["pinned"]) == (0.25, ["large"], False)
    assert decision_at(path, "dec_2") is None


def test_a_file_without_a_table_has_none(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "d.sqlite")) as db:
        db.execute("CREATE TABLE other (x)")
    assert decision_at(tmp_path / "d.sqlite", "dec_1") is None
