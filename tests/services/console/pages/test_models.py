from __future__ import annotations

from pathlib import Path

import httpx

from tests.services.console.conftest import browser_for, log_in
from tests.services.console.seed import make_state


async def test_deployments_and_zones(admin: httpx.AsyncClient) -> None:
    text = (await admin.get("/console/models")).text
    for expected in ("found: ollama", "built in", "131,072", "image, text", "site-b", "a busy hour", "$2.40"):
        assert expected in text, expected
    assert "hush-hush" not in text
    assert "pilot.example" not in text


async def test_no_model_says_how_to_get_one(tmp_path: Path) -> None:
    async with browser_for(make_state(tmp_path, 0, config="gateway: {}\n")) as browser:
        await log_in(browser)
        assert "signalbox models pull NAME" in (await browser.get("/console/models")).text
