"""A console over a seeded state directory, as a visitor and as an admin."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.console.app import create_console
from services.console.settings import read_settings
from tests.services.console.fake_gateway import FakeGateway
from tests.services.console.seed import make_state

BASE = "http://console.test"
PASSWORD = "open sesame"


def browser_for(state: Path, gateway: FakeGateway | None = None) -> httpx.AsyncClient:
    """A client without a session; it keeps cookies."""
    app = create_console(read_settings(state, {}), transport=gateway or FakeGateway())
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE)


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


async def log_in(browser: httpx.AsyncClient, secret: str = PASSWORD, user: str = "admin") -> httpx.Response:
    """Fills the form as a person would; does not follow the redirect."""
    token = form_token((await browser.get("/console/login")).text)
    return await browser.post("/console/login", data={"form_token": token, "user": user, "secret": secret})


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Ten decisions."""
    return make_state(tmp_path, 10)


@pytest.fixture
async def visitor(state: Path, gateway: FakeGateway) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_for(state, gateway) as browser:
        yield browser


@pytest.fixture
async def admin(visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    assert (await log_in(visitor)).status_code == 303
    return visitor


@pytest.fixture(scope="session")
def big_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100,000 decisions."""
    return make_state(tmp_path_factory.mktemp("console"), 100_000)
