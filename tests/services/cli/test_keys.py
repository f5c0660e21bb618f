"""The commands against a gateway that keeps keys in memory; ``tests/e2e/keys`` has the real one."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from services.cli import keys as module
from services.cli.gateway_api import GatewayApi

ROWS = [
    {"token": "aaaaaaaa11", "key_alias": "x", "models": ["auto"], "spend": 0.5, "max_budget": 5.0, "rpm_limit": 60,
     "metadata": {"signalbox": {"max_tier": "small"}}},
    {"token": "bbbbbbbb22", "key_alias": None, "models": [], "spend": None, "metadata": None},
]  # fmt: skip


class Gateway:
    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else dict(request.url.params)
        self.asked.append((request.url.path, body))
        if request.url.path == "/key/generate":
            return httpx.Response(200, json={**body, "key": "sk-new", "token": "hash"})
        if request.url.path == "/key/list":
            page = int(request.url.params["page"])
            return httpx.Response(200, json={"keys": [ROWS[page - 1]], "total_pages": len(ROWS)})
        return httpx.Response(200, json={})


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    api = GatewayApi("http://g", "sk-m", httpx.MockTransport(made))
    monkeypatch.setattr(module, "_api", lambda url, state: api)
    return made


def run(*arguments: str, ok: int = 0) -> str:
    done = CliRunner().invoke(module.keys, list(arguments))
    assert done.exit_code == ok, done.output
    return done.output


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ("--alias x", {"key_alias": "x", "models": [], "metadata": {}}),
        (
            "--alias x --models auto,fast --max-budget 5 --rpm 60 --tpm 9 --expires 30d --budget-duration 7d --team t",
            {
                "key_alias": "x", "models": ["auto", "fast"], "max_budget": 5.0, "rpm_limit": 60, "tpm_limit": 9,
                "duration": "30d", "budget_duration": "7d", "team_id": "t", "metadata": {},
            },
        ),
        (
            "--alias x --max-tier small --data-class internal --may-declare",
            {
                "key_alias": "x", "models": [],
                "metadata": {"signalbox": {"max_tier": "small", "data_class": "internal", "may_declare": True}},
            },
        ),
        (
            "--alias x --tier-budget frontier=5/1d --tier-budget large=0.5",
            {
                "key_alias": "x", "models": [],
                "metadata": {"signalbox": {"tier_budgets": {
                    "frontier": {"max_usd": 5.0, "per": "1d"}, "large": {"max_usd": 0.5, "per": "30d"},
                }}},
            },
        ),
    ],
)  # fmt: skip
def test_create_sends_what_was_asked_and_prints_the_key_once(gateway: Gateway, options: str, sent: Any) -> None:
    assert run("create", *options.split()).splitlines()[0] == "sk-new"
    assert gateway.asked == [("/key/generate", sent)]


@pytest.mark.parametrize(
    "options",
    ["", "--alias x --max-tier huge", "--alias x --tier-budget frontier", "--alias x --tier-budget vast=5"],
)
def test_a_wrong_option_sends_nothing(gateway: Gateway, options: str) -> None:
    run("create", *options.split(), ok=2)
    assert gateway.asked == []


def test_create_as_json(gateway: Gateway) -> None:
    made = json.loads(run("create", "--alias", "x", "--json"))
    assert (made["key"], made["key_alias"]) == ("sk-new", "x")


def test_list_shows_all_pages(gateway: Gateway) -> None:
    assert [row["token"] for row in json.loads(run("list", "--json"))] == ["aaaaaaaa11", "bbbbbbbb22"]
    shown = run("list")
    assert "0.5000 of 5" in shown
    assert "max_tier: small" in shown


@pytest.mark.parametrize(
    ("named", "sent"), [("sk-secret", "sk-secret"), ("x", "aaaaaaaa11"), ("bbbbbbbb", "bbbbbbbb22")]
)
def test_revoke_by_key_alias_or_id(gateway: Gateway, named: str, sent: str) -> None:
    assert "revoked" in run("revoke", named)
    assert gateway.asked[-1] == ("/key/delete", {"keys": [sent]})


def test_revoke_of_an_unknown_name(gateway: Gateway) -> None:
    assert 'there is no key called "nobody"' in run("revoke", "nobody", ok=1)
    assert "/key/delete" not in [path for path, _ in gateway.asked]
