from __future__ import annotations

import json
from pathlib import Path

from services.console.health_file import Health, read_health

ROWS = {
    "a": {"state": "right", "took_ms": 120.5},
    "b": {"state": "silent", "detail": "no answer in 5 s"},
    "c": {"state": "resting"},
    "d": "nonsense",
}


def test_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "health.json"
    path.write_text(json.dumps({"at": 1000.0, "every_s": 30, "results": ROWS}))
    assert read_health(path, 1100.0) == {
        "a": Health("works", "", 120.5),
        "b": Health("failing", "no answer in 5 s", None),
        "c": Health("unchecked", "", None),
    }
    assert read_health(path, 1000.0 + 121) == {}


def test_no_file_or_a_broken_one_says_nothing(tmp_path: Path) -> None:
    assert read_health(tmp_path / "none", 0) == {}
    (tmp_path / "x").write_text("{")
    assert read_health(tmp_path / "x", 0) == {}
    (tmp_path / "x").write_text('{"at": 1, "results": []}')
    assert read_health(tmp_path / "x", 1) == {}
