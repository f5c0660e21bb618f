from __future__ import annotations

import httpx
import pytest

from tests.services.console.conftest import form_token, log_in
from tests.services.console.fake_gateway import MASTER


@pytest.mark.parametrize(("user", "secret"), [("admin", "open sesame"), ("", MASTER)])
async def test_both_secrets_open_it(visitor: httpx.AsyncClient, user: str, secret: str) -> None:
    answer = await log_in(visitor, secret, user)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    assert (await visitor.get("/console")).status_code == 200
    assert (await visitor.get("/console/login?next=/console/models")).headers["location"] == "/console/models"


async def test_a_wrong_one_does_not(visitor: httpx.AsyncClient) -> None:
    answer = await log_in(visitor, "wrong <b>")
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "wrong &lt;b&gt;" not in answer.text
    assert (await visitor.get("/console")).status_code == 303


async def test_it_goes_back_to_where_one_came_from(visitor: httpx.AsyncClient) -> None:
    login = (await visitor.get("/console/decisions?intent=math")).headers["location"]
    page = (await visitor.get(login)).text
    assert 'name="next" value="/console/decisions?intent=math"' in page
    form = {
        "form_token": form_token(page),
        "next": "/console/decisions?intent=math",
        "secret": MASTER,
    }
    assert (await visitor.post("/console/login", data=form)).headers["location"] == "/console/decisions?intent=math"


async def test_it_never_goes_elsewhere(visitor: httpx.AsyncClient) -> None:
    token = form_token((await visitor.get("/console/login?next=//evil.example")).text)
    form = {"form_token": token, "next": "//evil.example", "secret": MASTER}
    assert (await visitor.post("/console/login", data=form)).headers["location"] == "/console"


@pytest.mark.parametrize("token", ["", "0" * 64])
async def test_a_form_from_elsewhere_is_refused(visitor: httpx.AsyncClient, token: str) -> None:
    await visitor.get("/console/login")
    form = {"form_token": token, "user": "admin", "secret": "open sesame"}
    assert (await visitor.post("/console/login", data=form)).status_code == 403
    visitor.cookies.clear()
    assert (await visitor.post("/console/login", data=form)).status_code == 403
    assert (await visitor.get("/console")).status_code == 303


async def test_five_failures_cost_a_wait_even_with_the_right_one(visitor: httpx.AsyncClient) -> None:
    for _ in range(5):
        assert (await log_in(visitor, "wrong")).status_code == 401
    answer = await log_in(visitor)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 60


async def test_a_logout_ends_the_session_itself(admin: httpx.AsyncClient) -> None:
    cookie = admin.cookies["signalbox_console"]
    page = (await admin.get("/console")).text
    assert (await admin.post("/console/logout", data={"form_token": "0" * 64})).status_code == 403
    answer = await admin.post("/console/logout", data={"form_token": form_token(page)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/login")
    assert "signalbox_console" not in admin.cookies
    admin.cookies.set("signalbox_console", cookie, path="/console")
    assert (await admin.get("/console")).status_code == 303


async def test_a_logout_needs_a_session(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.post("/console/logout", data={})).headers["location"].startswith("/console/login")
