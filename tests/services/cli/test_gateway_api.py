from __future__ import annotations

import json
from pathlib import Path

import click
import httpx
import pytest

from services.cli.gateway_api import GatewayApi, NoGatewayError


def state_with(tmp_path: Path, *, running: bool = True, key: bool = True) -> Path:
    for folder in ("run", "secrets"):
        (tmp_path / folder).mkdir()
    if running:
        part = {"name": "gateway", "readiness": "http://127.0.0.1:4001/health/readiness", "state": "ready"}
        (tmp_path / "run" / "parts.json").write_text(json.dumps({"parts": [part], "others": []}))
    if key:
        (tmp_path / "secrets" / "master.key").write_text("sk-master\n")
    return tmp_path


def answering(status: int, body: object) -> GatewayApi:
    return GatewayApi("http://g", "sk-m", httpx.MockTransport(lambda _: httpx.Response(status, json=body)))


def test_address_and_key_come_from_the_state_or_the_environment(tmp_path: Path) -> None:
    api = GatewayApi.of({}, state=str(state_with(tmp_path)))
    assert (api.url, api.key) == ("http://127.0.0.1:4001", "sk-master")
    assert "sk-master" not in repr(api)
    environ = {"SIGNALBOX_GATEWAY_URL": "https://ai.example/", "SIGNALBOX_MASTER_KEY": "sk-other"}
    other = GatewayApi.of(environ, state=str(tmp_path))
    assert (other.url, other.key) == ("https://ai.example", "sk-other")


@pytest.mark.parametrize(
    ("running", "key", "says"), [(False, True, "start it with `signalbox up`"), (True, False, "SIGNALBOX_MASTER_KEY")]
)
def test_what_is_missing_is_said(tmp_path: Path, running: bool, key: bool, says: str) -> None:
    with pytest.raises(NoGatewayError, match=says):
        GatewayApi.of({}, state=str(state_with(tmp_path, running=running, key=key)))


def test_the_gateways_own_words_are_told() -> None:
    assert answering(200, {"a": 1}).get("/x", {}) == {"a": 1}
    with pytest.raises(click.ClickException, match="answered 400: alias is taken"):
        answering(400, {"error": {"message": "alias is taken"}}).post("/x", {})
    with pytest.raises(click.ClickException, match="no reason was given"):
        answering(500, []).post("/x", {})


def test_a_gateway_that_is_gone_is_named() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(click.ClickException, match="http://g does not answer"):
        GatewayApi("http://g", "sk-m", httpx.MockTransport(refuse)).get("/x", {})
