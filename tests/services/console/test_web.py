from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from services.console.web import asset_version, login_path, own_path
from tests.services.console.conftest import browser_for, log_in

PAGES = [
    "/console",
    "/console/",
    "/console/decisions",
    "/console/decisions/dec-1",
    "/console/costs",
    "/console/boundary",
    "/console/models",
    "/console/classifier",
    "/console/config",
    "/console/try",
]


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/console", "/console"),
        ("/console/decisions?intent=math&x=1", "/console/decisions?intent=math&x=1"),
        ("/consolex", "/console"),
        ("//evil.example", "/console"),
        ("https://evil.example/console", "/console"),
        ("/console\\@evil", "/console"),
        ("/console/\r\nset-cookie: x", "/console"),
        ("/console/../v1/models", "/console"),
        ("/console/" + "x" * 1000, "/console"),
        ("", "/console"),
    ],
)
def test_a_login_leads_nowhere_else(path: str, own: str) -> None:
    assert own_path(path) == own


def test_the_way_back_is_in_the_login_path() -> None:
    assert login_path("/console") == "/console/login"
    assert login_path("/console/models?a=b") == "/console/login?next=%2Fconsole%2Fmodels%3Fa%3Db"


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_wants_a_login(visitor: httpx.AsyncClient, path: str) -> None:
    answer = await visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/login")
    visitor.cookies.set("signalbox_console", "admin.x.9999999999.0", path="/console")
    assert (await visitor.get(path)).status_code == 303


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_shown_to_an_admin(admin: httpx.AsyncClient, path: str) -> None:
    answer = await admin.get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert 'href="#content"' in answer.text
    assert not [
        s
        for s in ("sk-master-0123456789abcdef-012345", "open sesame", "internal-secret", "hush-hush")
        if s in answer.text
    ]


async def test_the_visitors_cookie_of_the_login_page_opens_nothing(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/console/login")).status_code == 200
    assert visitor.cookies["signalbox_console"].startswith("visitor.")
    assert (await visitor.get("/console")).status_code == 303


@pytest.mark.parametrize(
    ("headers", "secure"),
    [
        ({}, False),
        ({"x-forwarded-proto": "https"}, False),
        ({"x-forwarded-proto": "https", "authorization": "Bearer internal-secret"}, True),
        ({"x-forwarded-proto": "http", "authorization": "Bearer internal-secret"}, False),
    ],
)
async def test_the_cookie_is_strict_and_secure_under_tls(
    visitor: httpx.AsyncClient, headers: dict[str, str], secure: bool
) -> None:
    cookie = (await visitor.get("/console/login", headers=headers)).headers["set-cookie"]
    assert {"HttpOnly", "Path=/console", "SameSite=strict"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is secure


async def test_failures_are_counted_for_the_address_that_the_gateway_names(state: Path) -> None:
    async with browser_for(state) as browser:
        browser.headers.update({"authorization": "Bearer internal-secret", "x-forwarded-for": "10.0.0.1"})
        for _ in range(5):
            assert (await log_in(browser, "wrong")).status_code == 401
        assert (await log_in(browser)).status_code == 429
        browser.headers["x-forwarded-for"] = "10.0.0.2"
        assert (await log_in(browser)).status_code == 303


async def test_nobody_else_can_name_an_address(state: Path) -> None:
    async with browser_for(state) as browser:
        for i in range(6):
            browser.headers["x-forwarded-for"] = f"10.0.0.{i}"
            last = await log_in(browser, "wrong")
        assert last.status_code == 429


def test_the_version_of_static_files_is_stable() -> None:
    assert asset_version() == asset_version()
    assert len(asset_version()) == 12
