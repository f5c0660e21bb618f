from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from plugins.routing.decision_log import DecisionLog
from plugins.routing.latency_report import latency_report
from plugins.routing.weighted_latency import weighted_latency
from tests.plugins.routing.test_decision_log import RECORD


def test_it_is_what_the_raw_rows_give(tmp_path: Path) -> None:
    dice = random.Random(5)
    log = DecisionLog(tmp_path / "d.sqlite", 0)
    for i in range(500):
        row = replace(
            RECORD,
            at=1000.0 + i,
            tier=dice.choice(("instant", "small", "large", None)),
            deployment=dice.choice(("dep", "dep", "dep", None)),
            status=dice.choice((200, 200, 500, 0, None)),
            latency_ms=dice.choice((dice.uniform(1, 5000), None)),
        )
        log.put(row)
    log.close()
    rows = [r for r in log.recent(1000) if 1100 <= r["at"] < 1400]
    told, raw = latency_report(tmp_path / "d.sqlite", 1100, 1400), weighted_latency(rows)
    assert raw.ms is not None
    assert told.ms == pytest.approx(raw.ms)
    assert told.measured_share == pytest.approx(raw.measured_share)
    for a, b in zip(told.tiers, raw.tiers, strict=True):
        assert (a.tier, a.requests) == (b.tier, b.requests)
        assert a.share == pytest.approx(b.share)
        assert a.mean_ms == pytest.approx(b.mean_ms)


def test_no_log_has_no_latency(tmp_path: Path) -> None:
    assert latency_report(tmp_path / "none.sqlite", 0, 1).ms is None
