"""A key's whole life in LiteLLM's admin UI, in a real browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx
import openai
import pytest

from tests.e2e.keys.admin_ui import SCREENSHOTS, AdminUi, admin_ui
from tests.e2e.keys.desk import COST, HARD, Desk, seconds_until
from tests.e2e.keys.people import person

ASKED = 3


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_keys_life(desk: Desk) -> None:
    # Playwright's loop may not run in a thread that has another, and pytest's has.
    run_in_a_thread(lambda: the_story(desk))
    assert len(list(SCREENSHOTS.glob("admin_ui_*.png"))) >= 10


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_one_login_opens_both_and_roles_hold(desk: Desk) -> None:
    run_in_a_thread(lambda: the_roles(desk))


def the_roles(desk: Desk) -> None:
    viewer = person(desk, "vera", "proxy_admin_viewer")
    outsider = person(desk, "otto", "internal_user_viewer")
    decision = desk.ask(desk.key()).headers["x-signalbox-decision-id"]

    def logged() -> bool:
        return any(row["decision_id"] == decision for row in desk.look("/routing/decisions", limit=50)["decisions"])

    seconds_until(logged, "the decision in the log")
    with admin_ui(desk.system.url, "roles") as ui:
        ui.log_in(viewer.password, viewer.email, home="Virtual Keys")
        console = ui.to_console()  # without another login
        told = console.decision(decision)
        assert "viewer" in told
        assert "Nobody has said yet" in told
        assert console.page.get_by_role("button", name="Good").count() == 0
        assert console.forged(f"/console/decisions/{decision}", rating="good") == 403
        assert console.forged("/console/try", step="send", text="hello") == 403
        for path in ("/key/generate", "/user/new", "/model/new"):
            assert refused_by(desk, path, viewer.key), path
        console.to_ui()
        console.log_out()
        console.log_in(outsider.email, outsider.password)
        assert "neither the master key nor a password" in console.page.inner_text("main")
        password = (desk.system.state / "secrets" / "ui_password").read_text("utf-8").strip()
        console.log_in("admin", password)
        console.judge(decision)
        console.to_ui()
        console.page.get_by_text("Create New Virtual Key").wait_for()


def refused_by(desk: Desk, path: str, key: str) -> bool:
    """Whether LiteLLM keeps a change from this key."""
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(f"{desk.system.url}{path}", json={}, headers=headers, timeout=60, trust_env=False)
    return answer.status_code in (401, 403)


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
