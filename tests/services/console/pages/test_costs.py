"""The costs page: what it shows is what the log holds, to the cent, and the savings can be reckoned from it by hand."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path

import httpx
import pytest

from plugins.routing.cost_report import cost_report
from services.console.rendering import usd
from tests.services.console.conftest import browser_for, log_in
from tests.services.console.seed import make_state


def plain(page: str) -> str:
    """The page's words, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


async def test_the_page_shows_what_the_log_holds_and_the_savings_by_hand(tmp_path: Path) -> None:
    state = make_state(tmp_path, 600)
    async with browser_for(state) as browser:
        await log_in(browser)
        page = (await browser.get("/console/costs?window=7d")).text
    now = time.time()
    report = cost_report(state / "decisions.sqlite", state / "feedback.sqlite", now - 7 * 86_400, now)
    words = plain(page)
    assert f"{usd(report.total.cost_usd)} spent on {report.total.requests} requests" in words
    shown = re.search(r"([\d,]+) tokens in × \$([\d.,]+) a million \+ ([\d,]+) out × \$([\d.,]+) = \$([\d.,]+)", words)
    assert shown is not None, words[:2000]
    into, price_in, out, price_out, frontier = (float(n.replace(",", "")) for n in shown.groups())
    assert (into * price_in + out * price_out) / 1e6 == pytest.approx(frontier, abs=0.005)
    rest = re.search(r"− \$([\d.,]+) that the same [\d,]+ answers cost = \$([\d.,]+) saved", words)
    assert rest is not None
    cost, saved = (float(n.replace(",", "")) for n in rest.groups())
    assert frontier - cost == pytest.approx(saved, abs=0.011)
    assert saved == pytest.approx(report.total.saved_usd, abs=0.005)
    for tier, sums in report.by(lambda c: c.tier):
        assert re.search(rf"{tier} {sums.requests:,} [^$]*{re.escape(usd(sums.cost_usd, 4))} ", words), tier


async def test_nothing_spent_and_nothing_stated(tmp_path: Path) -> None:
    state = make_state(tmp_path, 0)
    async with browser_for(state) as browser:
        await log_in(browser)
        assert "Nothing in this stretch of time" in (await browser.get("/console/costs?window=1h")).text
        month = (await browser.get("/console/costs?window=30d")).text
        assert (await browser.get("/console/costs?window=nonsense")).status_code == 200
    assert "No decisions yet" in month
    assert "Counted as free" not in month  # every machine of one's own has a rate


async def test_a_machine_without_a_cost_is_named(tmp_path: Path) -> None:
    config = (
        'model_list:\n  - model_name: mine\n    litellm_params: {model: openai/x, api_base: "http://127.0.0.1:9/v1"}\n'
        "    model_info: {location: local, tier: small}\ngateway: {}\n"
    )
    async with browser_for(make_state(tmp_path, 3, config=config)) as browser:
        await log_in(browser)
        assert "Counted as free, because nobody stated what they cost: mine" in plain(
            (await browser.get("/console/costs")).text
        ).replace(" .", ".").replace(" ,", ",")


async def test_a_broken_log_is_said(tmp_path: Path) -> None:
    state = make_state(tmp_path, 1)
    (state / "decisions.sqlite").write_bytes(b"nonsense" * 100)
    async with browser_for(state) as browser:
        await log_in(browser)
        answer: httpx.Response = await browser.get("/console/costs")
    assert answer.status_code == 503
