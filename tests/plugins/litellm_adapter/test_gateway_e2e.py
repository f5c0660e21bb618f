"""What a user of the running gateway sees: routing, headers, models, the SDKs, decisions, reload."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import openai
import pytest
import yaml

from tests.plugins.litellm_adapter.conftest import World
from tests.support.proxy import MASTER_KEY
from tests.support.rendered import deployment

PUBLIC = {"x-signalbox-data-class": "public"}


def _ask(world: World, model: str, text: str, **more: Any) -> Any:
    body = {"model": model, "messages": [{"role": "user", "content": text}], **more}
    with world.proxy.client() as client:
        return client.post("/v1/chat/completions", json=body)


def _until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def sdk(world: World) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{world.proxy.url}/v1", api_key=MASTER_KEY, max_retries=0) as client:
        yield client


@pytest.fixture
def claude(world: World) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=world.proxy.url, auth_token=MASTER_KEY, max_retries=0) as client:
        yield client


def test_an_answer_says_how_it_was_routed(world: World) -> None:
    answer = _ask(world, "auto", "What is the capital of France?")
    assert answer.status_code == 200
    headers = answer.headers
    assert headers["x-signalbox-location"] == "local"
    assert headers["x-signalbox-data-class"] == "internal"
    assert headers["x-signalbox-decision-id"].startswith("dec_")
    assert headers["x-signalbox-deployment"] in {"dep-small", "dep-big", "dep-mixed-local", "dep-mirror", "dep-r1"}
    assert headers["x-signalbox-tier"] in {"small", "large"}
    kept = {name for name in headers if name.startswith(("x-litellm", "llm_provider"))}
    assert kept <= {"x-litellm-call-id", "x-litellm-response-cost"}
    assert answer.json()["model"] == "auto"


def test_a_stream_carries_the_same_headers_and_arrives_in_pieces(world: World, sdk: openai.OpenAI) -> None:
    with sdk.chat.completions.with_streaming_response.create(
        model="auto", messages=[{"role": "user", "content": "Tell me a story"}], stream=True
    ) as raw:
        assert raw.headers["x-signalbox-location"] == "local"
        assert sum(1 for _ in raw.iter_lines()) > 5


def test_a_fallback_names_who_served_and_the_model_that_was_asked_for(world: World, sdk: openai.OpenAI) -> None:
    for name in ("small-m", "big-m", "mixed-local-m", "mirror-m", "ranked-m"):
        world.local.behave(name, "error")
    for stream in (False, True):
        raw = sdk.chat.completions.with_raw_response.create(
            model="auto",
            messages=[{"role": "user", "content": f"Public question {stream}"}],
            extra_headers=PUBLIC,
            stream=stream,
        )
        assert raw.headers["x-signalbox-location"] == "cloud"
        parsed: Any = raw.parse()
        models = {part.model for part in parsed} if stream else {parsed.model}
        assert models == {"auto"}


def test_openais_sdk_does_its_usual_things(world: World, sdk: openai.OpenAI) -> None:
    world.local.behave("small-m", "tools")
    tool: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    called = sdk.chat.completions.create(
        model="small", messages=[{"role": "user", "content": "Weather?"}], tools=[tool]
    )
    assert called.choices[0].message.tool_calls
    several = sdk.chat.completions.create(model="small", messages=[{"role": "user", "content": "x"}], n=2, stop="z")
    assert len(several.choices) == 2
    assert sdk.responses.create(model="auto", input="Hello there").output_text == "answer from local"
    assert sdk.embeddings.create(model="vectors", input="text").data[0].embedding == [0.1, 0.2]
    names = {model.id for model in sdk.models.list()}
    assert {"auto", "fast", "small", "frontier"} <= names
    with pytest.raises(openai.NotFoundError) as caught:
        sdk.chat.completions.create(model="nope", messages=[{"role": "user", "content": "x"}])
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.PermissionDeniedError) as refused:
        sdk.chat.completions.create(model="frontier", messages=[{"role": "user", "content": "an internal matter"}])
    assert refused.value.code == "data_boundary"


def test_anthropics_sdk_too(world: World, claude: anthropic.Anthropic) -> None:
    messages: Any = [{"role": "user", "content": "Good morning to you"}]
    answer = claude.messages.create(model="auto", max_tokens=20, messages=messages)
    assert answer.content[0].type == "text"
    with claude.messages.stream(model="auto", max_tokens=20, messages=messages) as stream:
        assert "".join(stream.text_stream) == "answer from local in pieces"
    with pytest.raises(anthropic.PermissionDeniedError):
        claude.messages.create(model="frontier", max_tokens=20, messages=messages)


def test_decisions_are_logged_and_shown_to_admins_only(world: World) -> None:
    wanted = _ask(world, "auto", "Log me please").headers["x-signalbox-decision-id"]

    def shown() -> bool:
        with world.proxy.client() as client:
            rows = client.get("/routing/decisions", params={"limit": 50}).json()["decisions"]
        return any(row["decision_id"] == wanted for row in rows)

    assert _until(shown)
    with sqlite3.connect(world.proxy.state / "decisions.sqlite") as db:
        row = db.execute("SELECT capability FROM decisions WHERE decision_id = ?", (wanted,)).fetchone()
    db.close()
    assert row == ("auto",)
    with world.proxy.client() as client:
        assert client.get("/routing/decisions", headers={"Authorization": "Bearer sk-no"}).status_code == 401
        assert client.get("/routing/decisions", params={"limit": 0}).status_code == 422


def test_explain_answers_without_sending(world: World) -> None:
    body = {"model": "auto", "messages": [{"role": "user", "content": "Translate this"}]}
    with world.proxy.client() as client:
        one = client.post("/routing/explain", json=body).json()
        many = client.post("/routing/explain", json={"requests": [body, {"model": "auto"}]}).json()["decisions"]
    assert set(one) >= {"intent", "confidence", "data_class", "tier", "chosen", "fallbacks", "denied_by", "reasons"}
    assert one["chosen"]
    assert many[0]["chosen"] == one["chosen"]
    assert many[1]["error"]["param"] == "messages"
    assert not world.local.received


def test_a_changed_file_is_taken_over_and_a_broken_one_is_not(world: World) -> None:
    good = world.config.read_text()
    raw = yaml.safe_load(good)
    raw["model_list"].append(deployment("added", "added-m", world.local.url, "local", "small"))
    try:
        world.config.write_text(yaml.safe_dump(raw))
        assert _until(lambda: _ask(world, "added", "hello").status_code == 200)
        world.config.write_text("model_list: [\ngateway:\n  capabilitys: {}\n")
        assert _until(lambda: b"the old policy stays" in world.proxy.all_logs())
        assert _ask(world, "added", "hello").status_code == 200
    finally:
        world.config.write_text(good)
    assert _until(lambda: _ask(world, "added", "hello").status_code == 404)
    assert _ask(world, "small", "hello").status_code == 200


def test_readiness_names_the_part_that_is_missing(world: World) -> None:
    parts = world.proxy.state / "run" / "parts.json"
    parts.parent.mkdir(exist_ok=True)
    parts.write_text('{"parts": [{"name": "llm", "readiness": "http://127.0.0.1:9/health/readiness"}]}')
    with world.proxy.client() as client:
        try:
            assert _until(lambda: client.get("/health/readiness").status_code == 503)
            assert client.get("/health/readiness").json()["waiting_for"] == ["llm"]
        finally:
            parts.unlink()
        assert _until(lambda: client.get("/health/readiness").status_code == 200)
