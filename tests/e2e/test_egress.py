"""The wall, with the whole system: what is judged public leaves through it, and nothing leaves without it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.system import System, running_system

OPENAI_KEY, ANTHROPIC_KEY, AMBIENT_KEY = "sk-real-openai-4711", "sk-real-anthropic-4711", "sk-real-ambient-4711"
WORDS = ("blue", "calm", "wide", "slow", "deep", "cold", "warm", "clear", "green", "quiet", "fast", "narrow", "bright")
ENV = {"CLOUD_LOGIN": OPENAI_KEY, "ALSO_KNOWN_AS": OPENAI_KEY, "GROQ_API_KEY": AMBIENT_KEY}


@dataclass(frozen=True, slots=True)
class Walled:
    """``near``: a model server at location local. ``far``: both clouds."""

    system: System
    near: FakeCloud
    far: FakeCloud

    def ask(self, model: str, marker: str, data_class: str, path: str = "/v1/chat/completions", **more: Any) -> Any:
        headers = {**self.system.headers, "x-signalbox-data-class": data_class}
        text = f"write a poem about a river that is {marker}"
        body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 9, **more}
        return httpx.post(self.system.url + path, json=body, headers=headers, timeout=60, trust_env=False)

    def record(self) -> list[dict[str, Any]]:
        return [json.loads(row) for row in (self.system.state / "egress.jsonl").read_text().splitlines()]

    @property
    def broker(self) -> str:
        ports = json.loads((self.system.state / "run" / "ports.json").read_text())
        return f"http://127.0.0.1:{ports['egress']}"


def entry(group: str, params: dict[str, Any], location: str, **info: Any) -> dict[str, Any]:
    return {
        "model_name": group,
        "litellm_params": params,
        "model_info": {"id": f"id-{group}", "location": location, "modalities": ["text"], **info},
    }


def config(near: str, far: str) -> dict[str, Any]:
    openai = {"model": "openai/gpt-far", "api_base": f"{far}/v1"}
    anthropic = {"model": "anthropic/claude-far", "api_base": far, "api_key": ANTHROPIC_KEY}
    mistral = {"model": "mistral/mistral-embed", "api_base": f"{far}/v1", "api_key": OPENAI_KEY}
    bedrock = {"model": "bedrock/some.model", "aws_region_name": "us-east-1"}
    return {
        "model_list": [
            entry("near", {"model": "openai/near", "api_base": f"{near}/v1", "api_key": "none"}, "local", tier="small"),
            entry("far", {**openai, "api_key": "os.environ/CLOUD_LOGIN"}, "cloud", tier="frontier"),
            entry("far-anthropic", anthropic, "cloud", tier="frontier"),
            entry("far-embed", mistral, "cloud", mode="embedding"),
            entry("far-rock", bedrock, "cloud", tier="frontier"),
        ],
        "gateway": {
            "boundary": {"egress": True},
            "instant": {"enabled": False},
            "discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False},
        },
    }


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walled]:
    with fake_cloud("near") as near, fake_cloud("far") as far:
        text = json.dumps(config(near.url, far.url))
        with running_system(tmp_path_factory.mktemp("walled"), text, env=ENV) as system:
            yield Walled(system, near, far)


@pytest.fixture
def marker() -> str:
    """Plain words: what looks like a secret or a name would not be public."""
    return " and ".join(random.choices(WORDS, k=10))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("model", "path", "sent"),
    [
        ("far", "/v1/chat/completions", f"authorization: bearer {OPENAI_KEY}"),
        ("far-anthropic", "/v1/chat/completions", f"x-api-key: {ANTHROPIC_KEY}"),
        ("far-anthropic", "/v1/messages", f"x-api-key: {ANTHROPIC_KEY}"),
        ("far", "/v1/messages", f"authorization: bearer {OPENAI_KEY}"),
    ],
    ids=["openai-chat", "anthropic-chat", "anthropic-messages", "openai-messages"],  # pytest puts ids into environments
)
def test_public_requests_leave_with_the_real_key(
    walled: Walled, marker: str, model: str, path: str, sent: str, stream: bool
) -> None:
    answer = walled.ask(model, marker, "public", path, stream=stream)
    assert answer.status_code == 200, answer.text
    assert "far" in answer.text
    [received] = [r for r in walled.far.received if marker.encode() in r.body]
    head = received.headers.decode().lower()
    assert sent in head
    assert "signalbox" not in head
    assert "held-by-egress" not in head
    assert head.count("host:") == 1


def test_embeddings_of_a_client_that_drops_headers_leave_too(walled: Walled, marker: str) -> None:
    headers = {**walled.system.headers, "x-signalbox-data-class": "public"}
    body = {"model": "far-embed", "input": f"a river that is {marker}"}
    url = f"{walled.system.url}/v1/embeddings"
    answer = httpx.post(url, json=body, headers=headers, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    assert walled.far.holds(marker) == 1


@pytest.mark.parametrize("data_class", ["internal", "restricted"])
@pytest.mark.parametrize("model", ["far", "far-anthropic", "auto"])
def test_what_is_not_public_stays(walled: Walled, marker: str, model: str, data_class: str) -> None:
    answer = walled.ask(model, marker, data_class)
    assert answer.status_code == (200 if model == "auto" else 403)
    assert walled.near.holds(marker) == (model == "auto")
    assert not walled.far.holds(marker)


def test_the_gateway_never_had_a_key(walled: Walled) -> None:
    real = (OPENAI_KEY, ANTHROPIC_KEY, AMBIENT_KEY)
    parts = walled.system.parts()
    for process in walled.system.processes():
        environ = Path(f"/proc/{process.pid}/environ").read_bytes()
        held = [key for key in real if key.encode() in environ]
        assert held == ([OPENAI_KEY, AMBIENT_KEY] if process.pid == parts["egress"]["pid"] else []), process.cmdline()
    rendered = walled.system.state / "run" / "litellm.yaml"
    assert not [key for key in real if key in rendered.read_text()]
    assert "CLOUD_LOGIN" not in rendered.read_text()
    assert (walled.system.state / "run" / "egress.json").stat().st_mode & 0o777 == 0o600
    assert (walled.system.state / "secrets" / "egress.key").stat().st_mode & 0o777 == 0o600
    assert not [key for key in real if key.encode() in walled.system.all_logs()]


def test_the_gateway_cannot_send_past_the_broker(walled: Walled) -> None:
    """What LiteLLM holds of every deployment outside is the broker's address."""
    rows = httpx.get(
        f"{walled.system.url}/model/info", headers=walled.system.headers, timeout=30, trust_env=False
    ).json()["data"]
    bases = {row["model_name"]: row["litellm_params"].get("api_base", "") for row in rows}
    assert all(bases[name].startswith(f"{walled.broker}/t/id-{name}") for name in ("far", "far-anthropic", "far-embed"))
    assert walled.far.url not in str(bases)
    assert "far-rock" not in bases
    assert "far-rock: left out" in walled.system.printed()


@pytest.mark.parametrize("path", ["chat/completions", "responses", "embeddings", "models"])
def test_without_the_hooks_nothing_leaves(walled: Walled, marker: str, path: str) -> None:
    """As LiteLLM would send it if no hook of ours ran: no verdict."""
    before = len(walled.record())
    answer = httpx.post(
        f"{walled.broker}/t/id-far/v1/{path}",
        json={"model": "gpt-far", "messages": [{"role": "user", "content": marker}]},
        headers={"authorization": "Bearer held-by-egress"},
        trust_env=False,
    )
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "egress_refused"
    assert not walled.far.holds(marker)
    [refused] = walled.record()[before:]
    assert (refused["event"], refused["reason"], refused["deployment"]) == ("refused", "missing", "id-far")


def test_a_model_of_the_admin_ui_does_not_go_around(walled: Walled, marker: str) -> None:
    params = {"model": "openai/gpt-far", "api_base": f"{walled.far.url}/v1", "api_key": "sk-added"}
    body = {"model_name": "added", "litellm_params": params, "model_info": {}}
    with walled.system.client() as client:
        made = client.post("/model/new", json=body)
        assert made.status_code == 200, made.text
        walled.system.wait_for(lambda: walled.ask("added", marker, "public").status_code != 404, "the model")
        answer = walled.ask("added", marker, "public")
        client.post("/model/delete", json={"id": made.json()["model_id"]})
    assert answer.status_code == 403, answer.text
    assert answer.json()["error"]["code"] == "egress_refused"
    assert not walled.far.holds(marker)


def test_what_left_is_on_record_without_content(walled: Walled, marker: str) -> None:
    assert walled.ask("far", marker, "public").status_code == 200
    text = (walled.system.state / "egress.jsonl").read_text()
    assert marker not in text
    leaving, left = walled.record()[-2:]
    assert (leaving["event"], left["event"], left["ended"], left["status"]) == ("leaving", "left", "complete", 200)
    assert left["host"] == walled.far.url.removeprefix("http://")
    assert (left["class"], left["zone"], left["deployment"]) == ("public", "cloud", "id-far")
    [received] = [r for r in walled.far.received if marker.encode() in r.body]
    assert left["bytes_out"] == len(received.body)
    assert left["bytes_in"] > 0
    assert re.fullmatch(r"[0-9a-f]{64}", left["content"])
    assert leaving["nonce"] == left["nonce"]
