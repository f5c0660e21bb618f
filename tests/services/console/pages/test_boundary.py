from __future__ import annotations

from pathlib import Path

import httpx

from plugins.ledger.store import segments
from tests.services.console.conftest import browser_for, form_token, log_in
from tests.services.console.pages.test_costs import plain
from tests.services.console.seed import furnish, make_state


async def _verify(browser: httpx.AsyncClient) -> str:
    token = form_token((await browser.get("/console/boundary")).text)
    answer = await browser.post("/console/boundary", data={"form_token": token})
    assert answer.status_code == 200
    return plain(answer.text)


async def test_zones_what_left_and_the_end_of_the_ledger(tmp_path: Path) -> None:
    state = make_state(tmp_path, 300)
    furnish(state)
    async with browser_for(state) as browser:
        await log_in(browser)
        words = plain((await browser.get("/console/boundary")).text)
        assert "eu-cloud 0 deployments public internal" in words
        assert "No zone has this name" in words
        assert "Records 40" in words
        assert "api.provider.example" in words
        assert "The chain holds. 40 records, 1 signed checkpoints." in await _verify(browser)
        file = segments(state / "ledger")[0]
        file.write_bytes(file.read_bytes().replace(b'"restricted"', b'"public"', 1))
        assert "The ledger is not what was written." in await _verify(browser)
        assert (await browser.post("/console/boundary", data={"form_token": "0"})).status_code == 403


async def test_without_requests_or_a_ledger(tmp_path: Path) -> None:
    async with browser_for(make_state(tmp_path, 0)) as browser:
        await log_in(browser)
        text = (await browser.get("/console/boundary")).text
    assert "No ledger yet." in text
    assert "No request in the last day." in text
