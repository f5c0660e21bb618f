"""A key's whole life in LiteLLM's admin UI, in a real browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import openai
import pytest

from tests.e2e.keys.admin_ui import SCREENSHOTS, AdminUi, admin_ui
from tests.e2e.keys.desk import COST, HARD, Desk, seconds_until

ASKED = 3


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_keys_life(desk: Desk) -> None:
    # Playwright's loop may not run in a thread that has another, and pytest's has.
    run_in_a_thread(lambda: the_story(desk))
    assert len(list(SCREENSHOTS.glob("admin_ui_*.png"))) >= 10


def the_story(desk: Desk) -> None:
    password = (desk.system.state / "secrets" / "ui_password").read_text("utf-8").strip()
    alias = f"browser-{int(time.time())}"
    with admin_ui(desk.system.url) as ui:
        ui.log_in(password)
        key = ui.create_key(alias, "auto", budget="2", rpm="60")
        client = openai.OpenAI(base_url=f"{desk.system.url}/v1", api_key=key, max_retries=0, timeout=60)
        assert [tier_of(client) for _ in range(ASKED)] == ["frontier"] * ASKED
        wait_for_spend(desk, key)
        see_it(ui, alias)
        ui.set_metadata(alias, '{"signalbox": {"max_tier": "small"}}')
        seconds_until(lambda: tier_of(client) == "small", "the edited limit", 1.5)
        assert [tier_of(client) for _ in range(6)] == ["small"] * 6
        ui.delete_key(alias)
        seconds_until(lambda: refused(client), "the revocation", 1.5)
        assert all(refused(client) for _ in range(6))


def see_it(ui: AdminUi, alias: str) -> None:
    spent = ASKED * COST["frontier"]
    assert f"${spent:.4f} of $2" in ui.row_of(alias)
    log = ui.logs(alias)
    assert f"${COST['frontier']:.6f}" in log
    assert "Success" in log
    assert "7(3+4)" in log
    usage = ui.usage("View activity")
    assert "Top models" in usage
    assert "frontier" in usage


def tier_of(client: openai.OpenAI) -> str | None:
    raw = client.chat.completions.with_raw_response.create(model="auto", messages=[{"role": "user", "content": HARD}])
    assert raw.parse().choices[0].message.content
    tier: str | None = raw.headers.get("x-signalbox-tier")
    return tier


def refused(client: openai.OpenAI) -> bool:
    try:
        tier_of(client)
    except openai.AuthenticationError:
        return True
    return False


def wait_for_spend(desk: Desk, key: str) -> None:
    wanted = ASKED * COST["frontier"]
    seconds_until(lambda: abs(desk.look("/key/info", key=key)["info"]["spend"] - wanted) < 1e-9, "the spend", 30)


def run_in_a_thread(work: Callable[[], None]) -> None:
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
