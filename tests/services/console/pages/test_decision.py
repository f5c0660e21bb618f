from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.services.console.conftest import browser_for, log_in
from tests.services.console.seed import BASE, make_state, write_log


async def test_everything_that_is_kept(tmp_path: Path) -> None:
    state = make_state(tmp_path, 0)
    refused = replace(
        BASE,
        decision_id="no",
        denied_by="data_boundary",
        deployment=None,
        model_group=None,
        reasons=("intent: math (0.9)", "data_boundary: nobody may"),
    )
    write_log(state / "decisions.sqlite", [replace(BASE, truncated_chars=1234, pinned=True), refused])
    async with browser_for(state) as browser:
        await log_in(browser)
        served = (await browser.get("/console/decisions/dec-0")).text
        denied = (await browser.get("/console/decisions/no")).text
    for expected in (
        "qwen-small-4d5e6f",
        "llama-large",
        "class internal may go to: local",
        "1,234 characters",
        "pinned",
    ):
        assert expected in served, expected
    assert '<li class="denied"><strong class="mono">data_boundary</strong> nobody may</li>' in denied
    assert "Refused by" in denied
