from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.services.console.conftest import browser_for, form_token, log_in
from tests.services.console.fake_gateway import FakeGateway
from tests.services.console.seed import BASE, judge, make_state, write_log


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


async def test_an_answer_is_judged_through_the_gateway(tmp_path: Path) -> None:
    state, gateway = make_state(tmp_path, 20), FakeGateway()
    async with browser_for(state, gateway) as browser:
        await log_in(browser)
        page = (await browser.get("/console/decisions/dec-19")).text
        form = {"form_token": form_token(page), "rating": "bad", "right_intent": "math"}
        answer = await browser.post("/console/decisions/dec-19", data=form)
        assert answer.status_code == 303
        assert gateway.requests[-1].url.path == "/routing/feedback"
        assert gateway.body() == {"decision_id": "dec-19", "rating": "bad", "right_intent": "math"}
        assert ">bad</span>" in (await browser.get(answer.headers["location"])).text
        for wrong in ({"rating": "fine"}, {"right_intent": "nonsense"}):
            assert (await browser.post("/console/decisions/dec-19", data={**form, **wrong})).status_code == 400
        gateway.status = 503
        assert "Add a model" in (await browser.post("/console/decisions/dec-19", data=form)).text
        assert (await browser.post("/console/decisions/dec-19", data={**form, "form_token": "0"})).status_code == 403


async def test_cost_and_judgment_are_shown(tmp_path: Path) -> None:
    state = make_state(tmp_path, 0)
    priced = replace(
        BASE,
        status=200,
        tokens_in=1000,
        tokens_out=100,
        cost_usd=0.000123,
        busy_s=1.5,
        frontier_in=3.0,
        frontier_out=15.0,
    )
    write_log(state / "decisions.sqlite", [priced])
    judge(state / "feedback.sqlite", [priced])
    async with browser_for(state) as browser:
        await log_in(browser)
        text = (await browser.get("/console/decisions/dec-0")).text
    for expected in ("$0.000123", "1.5 s", "$0.004500", ">good</span>"):
        assert expected in text, expected
