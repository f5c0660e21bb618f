"""What left is told once, with how it ended; filters; times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plugins.ledger.query import Question, found, since_of
from plugins.ledger.store import Store
from tests.plugins.ledger.make import KEY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    times = iter((10.0, 10.0, 20.0, 20.0, 30.0, 30.0, 40.0, 40.0, 50.0, 50.0, 60.0, 60.0, 70.0, 70.0, 80.0))
    store = Store(tmp_path, KEY, clock=lambda: next(times))
    rows: tuple[dict[str, str | int], ...] = (
        {"event": "left", "decision": "d1", "class": "public", "nonce": "n1", "host": "a", "key": "k"},
        {"event": "kept", "decision": "d2", "class": "restricted", "deployment": "near"},
        {"event": "ended", "decision": "d1", "nonce": "n1", "status": 200, "bytes": 7, "ended": "complete"},
        {"event": "left", "decision": "d3", "class": "internal", "nonce": "n3", "host": "b"},
        {"event": "refused", "decision": "d4", "class": "restricted", "reason": "data_boundary"},
    )  # fmt: skip
    for row in rows:
        store.append([row], sync=False)
    return tmp_path


def asked(folder: Path, **question: Any) -> list[str]:
    return [record["decision"] for record in found(folder, Question(**question))]


def test_an_exchange_is_one_record(folder: Path) -> None:
    assert asked(folder) == ["d2", "d1", "d4", "d3"]
    (one,) = found(folder, Question(decision="d1"))
    assert (one["event"], one["bytes"], one["status"], one["ended"], one["host"]) == ("left", 7, 200, "complete", "a")
    (cut,) = found(folder, Question(decision="d3"))
    assert cut["ended"] == "unknown", "it left all the same"


def test_filters(folder: Path) -> None:
    assert asked(folder, event="left") == ["d1", "d3"]
    assert asked(folder, data_class="restricted") == ["d2", "d4"]
    assert asked(folder, data_class="restricted", event="left") == []
    assert asked(folder, host="b") == ["d3"]
    assert asked(folder, key="k") == ["d1"]
    first = next(r["at"] for r in found(folder, Question(decision="d1")))
    assert "d1" not in asked(folder, since=first + 1)
    assert asked(folder, until=first + 1) == ["d1"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90d", 1000 - 90 * 86400), ("30s", 970), ("2m", 880), ("1h", -2600), ("1w", 1000 - 604800),
        ("1970-01-02", 86400), ("1970-01-01T00:01:00Z", 60),
    ],
)  # fmt: skip
def test_times(text: str, seconds: float) -> None:
    assert since_of(text, 1000) == seconds


@pytest.mark.parametrize("text", ["", "90", "d", "yesterday", "2026-13-01"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="no time"):
        since_of(text, 0)
