"""Who may read which figure, without a proxy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth
from starlette.responses import JSONResponse

from plugins.litellm_adapter import figure_routes as routes
from plugins.litellm_adapter.hooks import SignalboxHooks
from plugins.litellm_adapter.metrics_path import INSIDE
from plugins.routing.decision_log import DecisionLog
from tests.plugins.litellm_adapter import facts
from tests.plugins.litellm_adapter.test_metrics import ROW


@pytest.fixture
def state(tmp_path: Path) -> Path:
    log = DecisionLog(tmp_path / "decisions.sqlite", 0)
    now = time.time()
    log.put(replace(ROW, at=now - 5, key_id="hash", decision_id="dec_mine"))
    log.put(replace(ROW, at=now - 4, key_id="else", decision_id="dec_other", cost_usd=0.5))
    log.close()
    return tmp_path


@contextmanager
def client_of(
    state: Path | None, role: str = "internal_user", host: str = "127.0.0.1", key: str = "hash"
) -> Iterator[TestClient]:
    hooks = SignalboxHooks()
    hooks._gateway = facts.gateway()
    app = FastAPI()
    app.include_router(routes.figure_routes(hooks, state))
    app.dependency_overrides[user_api_key_auth] = lambda: SimpleNamespace(api_key=key, user_role=role)

    @app.exception_handler(Exception)
    async def shown(_: Any, error: Any) -> JSONResponse:
        return JSONResponse({"error": error.message}, int(error.code))

    with TestClient(app, client=(host, 5000), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def auth(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands for LiteLLM's check of a key: ``Bearer sk-admin`` is an administrator's, ``Bearer sk-user`` is not."""
    asked: list[str] = []

    async def check(request: Any, api_key: str) -> Any:
        asked.append(api_key)
        if not api_key.startswith("Bearer sk-"):
            raise routes._denied("no key")
        return SimpleNamespace(user_role="proxy_admin" if api_key == "Bearer sk-admin" else "internal_user")

    monkeypatch.setattr(routes, "user_api_key_auth", check)
    return asked


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.1.2.3", {}, 403),
        ("127.0.0.1", {"x-forwarded-for": "10.1.2.3"}, 403),
        ("10.1.2.3", {"authorization": "Bearer scrape-me"}, 200),
        ("10.1.2.3", {"authorization": "Bearer scrape-you"}, 403),
        ("10.1.2.3", {"authorization": "Bearer sk-admin"}, 200),
        ("10.1.2.3", {"authorization": "Bearer sk-user"}, 403),
        ("not an address", {}, 403),
    ],
)
def test_who_may_scrape(
    state: Path, auth: list[str], monkeypatch: pytest.MonkeyPatch, host: str, headers: dict[str, str], status: int
) -> None:
    monkeypatch.setenv(routes.TOKEN_ENV, "scrape-me")
    with client_of(state, host=host) as client:
        answer = client.get(INSIDE, headers=headers)
    assert answer.status_code == status
    assert ("signalbox_hour_spend_usd 0.75" in answer.text) is (status == 200)


def test_without_a_token_an_empty_one_opens_nothing(
    state: Path, auth: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(routes.TOKEN_ENV, raising=False)
    with client_of(state, host="10.1.2.3") as client:
        assert client.get(INSIDE, headers={"authorization": "Bearer "}).status_code == 403


def test_costs_are_for_admins_and_tell_what_savings_are_made_of(state: Path) -> None:
    with client_of(state) as client:
        assert client.get("/routing/costs").status_code == 403
    with client_of(state, role="proxy_admin") as client:
        told = client.get("/routing/costs", params={"hours": 1}).json()
        assert client.get("/routing/costs", params={"hours": 0}).status_code == 422
    assert told["total"]["cost_usd"] == 0.75
    assert [row["key"] for row in told["by_key"]] == ["else", "hash"]
    price = told["frontier_prices"][0]
    by_hand = (
        price["compared_in"] * price["input_per_million"] + price["compared_out"] * price["output_per_million"]
    ) / 1e6
    assert told["total"]["saved_usd"] == pytest.approx(by_hand - 0.75)
    with client_of(None, role="proxy_admin") as client:
        assert client.get("/routing/costs").json()["total"]["requests"] == 0


def test_a_key_reads_its_own_decision_and_no_other(state: Path) -> None:
    with client_of(state) as client:
        mine = client.get("/routing/decisions/dec_mine")
        assert mine.json()["cost_usd"] == 0.25
        assert "key_id" not in mine.json()
        assert "reasons" not in mine.json()
        assert client.get("/routing/decisions/dec_other").status_code == 404
        assert client.get("/routing/decisions/dec_none").status_code == 404
    with client_of(state, role="proxy_admin") as client:
        assert client.get("/routing/decisions/dec_other").json()["key_id"] == "else"
