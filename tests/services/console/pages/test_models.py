from __future__ import annotations

import json
import time
from pathlib import Path

import httpx

from plugins.routing.config.load import load_config
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


async def test_the_last_check_is_told(tmp_path: Path) -> None:
    state = make_state(tmp_path, 0)
    ids = [d.id for d in load_config(state / "run" / "litellm.yaml").deployments]
    rows: dict[str, dict[str, object]] = {name: {"state": "silent", "detail": "no answer in 5 s"} for name in ids}
    rows[ids[0]] = {"state": "right", "took_ms": 12.0}
    (state / "run" / "health.json").write_text(json.dumps({"at": time.time(), "every_s": 30, "results": rows}))
    async with browser_for(state) as browser:
        await log_in(browser)
        models, overview = (await browser.get("/console/models")).text, (await browser.get("/console")).text
    assert '<span class="state s-failing">failing</span><div class="small">no answer in 5 s</div>' in models
    assert '<span class="state s-works">works</span> <span class="dim">12 ms</span>' in models
    assert "went wrong: see Models." in overview
