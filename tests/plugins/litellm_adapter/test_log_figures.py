from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plugins.litellm_adapter.log_figures import HOUR_S, LogFigures
from plugins.routing.decision_log import DecisionLog
from plugins.routing.weighted_latency import weighted_latency
from tests.plugins.litellm_adapter.test_metrics import ROW, samples


async def test_prometheus_is_told_l_of_the_last_hour(tmp_path: Path) -> None:
    log = DecisionLog(tmp_path / "decisions.sqlite", 0)
    rows = [
        replace(ROW, at=9000.0 + i, tier=("small", "large")[i % 3 == 0], latency_ms=100.0 + i, deployment="d")
        for i in range(60)
    ]
    for row in (replace(ROW, at=8000.0 - HOUR_S, latency_ms=1e6), *rows):
        log.put(row)
    log.close()
    now = [9100.0]
    figures = LogFigures(tmp_path, lambda: now[0])
    told = samples(await figures.text())
    raw = weighted_latency(log.recent(60))
    assert told["signalbox_weighted_latency_ms", ()] == pytest.approx(raw.ms)
    assert told["signalbox_tier_share", (("tier", "small"),)] == pytest.approx(2 / 3)
    assert told["signalbox_tier_latency_mean_ms", (("tier", "large"),)] == pytest.approx(raw.tiers[1].mean_ms)
    assert told["signalbox_hour_spend_usd", ()] == pytest.approx(60 * 0.25)
    (tmp_path / "decisions.sqlite").write_bytes(b"broken")
    assert samples(await figures.text()) == told  # read a moment ago
    now[0] += 60
    assert await figures.text() == b""


async def test_without_a_log_there_is_no_l(tmp_path: Path) -> None:
    told = samples(await LogFigures(tmp_path).text())
    assert ("signalbox_weighted_latency_ms", ()) not in told
    assert told["signalbox_hour_spend_usd", ()] == 0
