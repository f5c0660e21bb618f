from __future__ import annotations

import base64
import json

import httpx
import pytest

from services.console.ui_session import COOKIE, UiUser, log_in, log_out, mark_of, read_token, still_valid
from tests.services.console.conftest import browser_for, form_token
from tests.services.console.conftest import log_in as fill_the_form
from tests.services.console.fake_gateway import MASTER, FakeGateway, ui_token
from tests.services.console.seed import make_state

URL = "http://gateway.test"
WRONG = "another-secret-of-more-than-32-bytes-"


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        (ui_token("proxy_admin", "sk-1"), "admin"),
        (ui_token("proxy_admin_viewer", "sk-1"), "viewer"),
        (ui_token("internal_user", "sk-1"), None),
        (ui_token("internal_user_viewer", "sk-1"), None),
        (ui_token("team", "sk-1"), None),
        (ui_token("proxy_admin", ""), None),
        (ui_token("proxy_admin", "sk-1", secret=WRONG), None),
        (ui_token("proxy_admin", "sk-1", expires_in=-5), None),
        ("nonsense", None),
        ("a.b.c", None),
        ("x" * 9000, None),
        ("", None),
        (None, None),
    ],
)
def test_roles_of_a_cookie(token: str | None, kind: str | None) -> None:
    found = read_token(token, MASTER)
    assert (found.kind if found is not None else None) == kind
    assert read_token(token, "") is None


def test_an_unsigned_cookie_opens_nothing() -> None:

    parts = [{"alg": "none", "typ": "JWT"}, {"user_role": "proxy_admin", "key": "sk-1", "exp": 9_999_999_999}]
    made = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts]
    assert read_token(".".join([*made, ""]), MASTER) is None


async def test_a_logout_ends_the_login_at_the_gateway() -> None:
    gateway = FakeGateway()
    user = UiUser("viewer", "sk-ui-viewer", "t")
    await log_out(user, URL, MASTER, gateway)
    assert not await still_valid(user, URL, gateway)
    gateway.down = True
    await log_out(user, URL, MASTER, gateway)  # nothing to be done about it


async def test_a_revoked_login_is_none() -> None:
    gateway = FakeGateway()
    user = UiUser("admin", "sk-ui-admin", "t")
    assert await still_valid(user, URL, gateway)
    gateway.keys.clear()
    assert not await still_valid(user, URL, gateway)
    gateway.down = True
    assert not await still_valid(user, URL, gateway)
    assert "sk-ui" not in repr(user)
    assert (mark_of(None), len(mark_of("t"))) == ("", 16)


async def test_litellms_own_login() -> None:
    gateway = FakeGateway()
    found = await log_in("eve@x.example", "viewer", URL, MASTER, gateway)
    assert found is not None
    assert found.kind == "viewer"
    assert await log_in("eve@x.example", "wrong", URL, MASTER, gateway) is None
    assert await log_in("joe@x.example", "user", URL, MASTER, gateway) is None
    gateway.down = True
    assert await log_in("eve@x.example", "viewer", URL, MASTER, gateway) is None


@pytest.fixture
async def somebody(tmp_path_factory: pytest.TempPathFactory) -> httpx.AsyncClient:
    return browser_for(make_state(tmp_path_factory.mktemp("ui"), 10))


async def test_a_login_here_is_one_there_and_a_logout_too(somebody: httpx.AsyncClient) -> None:
    assert (await fill_the_form(somebody)).status_code == 303
    assert somebody.cookies[COOKIE].count(".") == 2
    page = (await somebody.get("/console")).text
    await somebody.post("/console/logout", data={"form_token": form_token(page)})
    assert COOKIE not in somebody.cookies


async def test_a_login_there_is_one_here_until_it_ends(somebody: httpx.AsyncClient) -> None:
    somebody.cookies.set(COOKIE, ui_token("proxy_admin", "sk-ui-admin"))
    answer = await somebody.get("/console/costs", follow_redirects=True)
    assert (answer.status_code, answer.url.path) == (200, "/console/costs")
    somebody.cookies.delete(COOKIE)
    assert (await somebody.get("/console/costs")).status_code == 303
    somebody.cookies.set(COOKIE, ui_token("proxy_admin", "sk-somebody-else"))
    assert (await somebody.get("/console/costs", follow_redirects=True)).url.path == "/console/login"


async def test_a_viewer_reads_and_changes_nothing(somebody: httpx.AsyncClient) -> None:
    assert (await fill_the_form(somebody, "viewer", "eve@x.example")).status_code == 303
    for path in ("/console", "/console/costs", "/console/boundary", "/console/config", "/console/decisions/dec-1"):
        assert (await somebody.get(path)).status_code == 200, path
    page = (await somebody.get("/console/decisions/dec-1")).text
    assert 'name="rating"' not in page
    assert ">viewer</span>" in page
    token = form_token(page)
    assert (
        await somebody.post("/console/decisions/dec-1", data={"form_token": token, "rating": "good"})
    ).status_code == 403
    ask = {"form_token": token, "text": "hello", "step": "explain"}
    explained = await somebody.post("/console/try", data=ask)
    assert explained.status_code == 200
    assert 'value="send"' not in explained.text
    assert (await somebody.post("/console/try", data={**ask, "step": "send"})).status_code == 403


async def test_other_users_of_litellm_are_not_let_in(somebody: httpx.AsyncClient) -> None:
    answer = await fill_the_form(somebody, "user", "joe@x.example")
    assert answer.status_code == 401
    assert (await somebody.get("/console")).status_code == 303
