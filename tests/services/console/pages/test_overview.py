from __future__ import annotations

import time
from pathlib import Path

import httpx

from plugins.routing.decision_log import DecisionLog
from plugins.routing.weighted_latency import weighted_latency
from services.console.rendering import milliseconds, percent1
from tests.services.console.conftest import browser_for, log_in
from tests.services.console.seed import make_state


async def test_what_works_the_parts_and_the_last_hour(admin: httpx.AsyncClient) -> None:
    text = (await admin.get("/console")).text
    for expected in (
        "restarted 3 times",
        "needs a model",
        "qwen-small, llama-large",
        'href="/ui"',
        "<rect class=",
        "Latest",
    ):
        assert expected in text, expected


async def test_a_new_machine_is_told_what_to_do(tmp_path: Path) -> None:
    state = make_state(tmp_path, 0, config="gateway: {}\n")
    (state / "run" / "parts.json").unlink()
    async with browser_for(state) as browser:
        await log_in(browser)
        text = (await browser.get("/console")).text
    for expected in (
        "No decisions yet",
        "curl http://127.0.0.1:4000/v1",
        "ollama pull",
        "signalbox up",
        "No decisions in",
    ):
        assert expected in text, expected


async def test_a_broken_configuration_is_said(admin: httpx.AsyncClient, state: Path) -> None:
    (state / "run" / "litellm.yaml").write_text("gateway: [<i>]")
    answer = await admin.get("/console")
    assert answer.status_code == 200
    assert "The rendered configuration cannot be read" in answer.text
    assert "<i>" not in answer.text


async def test_l_is_that_of_the_raw_log_and_each_tier_shows_share_and_mean(tmp_path: Path) -> None:
    state = make_state(tmp_path, 400)
    async with browser_for(state) as browser:
        await log_in(browser)
        text = (await browser.get("/console")).text
    now = time.time()
    rows = DecisionLog(state / "decisions.sqlite", 0).recent(1000)
    raw = weighted_latency(row for row in rows if row["at"] >= now - 3600)
    assert raw.ms is not None
    assert f"<strong>{milliseconds(raw.ms)}</strong>" in text
    for tier in raw.tiers:
        assert f'<td class="num">{percent1(tier.share)}</td><td class="num">{milliseconds(tier.mean_ms)}</td>' in text
