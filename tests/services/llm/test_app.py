from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest

from tests.services.llm.conftest import KEY, Service, eventually, start_service
from tests.support.tiny_gguf import SENTENCE, STRING, write_tiny_gguf

MESSAGES: Any = [{"role": "user", "content": "hi"}]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
SCHEMA: Any = {
    "type": "json_schema",
    "json_schema": {
        "name": "person",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "ok": {"type": "boolean"}},
            "required": ["name", "age", "ok"],
            "additionalProperties": False,
        },
    },
}


@pytest.fixture
def sdk(service: Service) -> openai.OpenAI:
    return openai.OpenAI(base_url=service.url + "/v1", api_key=KEY, max_retries=0)


def test_models_are_listed(service: Service, sdk: openai.OpenAI) -> None:
    assert [m.id for m in sdk.models.list()] == ["base", "embed", "endless", "tiny"]
    with service.client() as client:
        tiny = client.get("/v1/models").json()["data"][-1]
    assert (tiny["kind"], tiny["max_model_len"]) == ("chat", 2048)


def test_chat(sdk: openai.OpenAI) -> None:
    answer = sdk.chat.completions.create(model="tiny", messages=MESSAGES)
    assert answer.choices[0].message.content == SENTENCE
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "tiny"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 17


def test_chat_streamed_with_usage(sdk: openai.OpenAI) -> None:
    options: Any = {"stream_options": {"include_usage": True}}
    chunks = list(sdk.chat.completions.create(model="tiny", messages=MESSAGES, stream=True, **options))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == SENTENCE
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 17


def test_n_stop_logprobs_and_limits(sdk: openai.OpenAI) -> None:
    several = sdk.chat.completions.create(model="tiny", messages=MESSAGES, n=3, stop=[" model"], max_tokens=9)
    assert [c.message.content for c in several.choices] == ["This is the tiny test"] * 3
    likely = sdk.chat.completions.create(model="tiny", messages=MESSAGES, logprobs=True, top_logprobs=2, max_tokens=2)
    assert likely.choices[0].logprobs is not None
    assert [t.token for t in likely.choices[0].logprobs.content or []] == ["This", " is"]
    assert likely.choices[0].finish_reason == "length"


def test_json(sdk: openai.OpenAI) -> None:
    shaped = sdk.chat.completions.create(model="tiny", messages=MESSAGES, response_format=SCHEMA, temperature=0)
    told = json.loads(shaped.choices[0].message.content or "")
    assert told["name"] == STRING
    assert isinstance(told["age"], int)
    free = sdk.chat.completions.create(model="tiny", messages=MESSAGES, response_format={"type": "json_object"})
    assert isinstance(json.loads(free.choices[0].message.content or ""), dict)


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "get_weather"}}])
def test_tools(sdk: openai.OpenAI, choice: Any) -> None:
    other = {"type": "function", "function": {"name": "aaa_other", "parameters": {"type": "object"}}}
    tools = [TOOL, other] if isinstance(choice, dict) else [TOOL]
    answer = sdk.chat.completions.create(
        model="tiny", messages=MESSAGES, tools=tools, tool_choice=choice, max_tokens=200, temperature=0
    )
    calls: Any = answer.choices[0].message.tool_calls
    assert calls[0].function.name == "get_weather"
    assert json.loads(calls[0].function.arguments) == {"city": STRING}
    assert answer.choices[0].finish_reason == "tool_calls"


def test_completions_and_embeddings(sdk: openai.OpenAI) -> None:
    assert sdk.completions.create(model="base", prompt="abc", max_tokens=4, temperature=0).choices[0].text
    data = sdk.embeddings.create(model="embed", input=["a", "b c"], encoding_format="float").data
    assert [len(d.embedding) for d in data] == [128, 128]
    assert data[0].embedding != data[1].embedding


@pytest.mark.parametrize(
    ("model", "path", "status", "code"),
    [
        ("nope", "/v1/chat/completions", 404, "model_not_found"),
        ("base", "/v1/chat/completions", 400, "unsupported_value"),
        ("tiny", "/v1/embeddings", 400, "unsupported_value"),
    ],
)
def test_the_wrong_model(service: Service, model: str, path: str, status: int, code: str) -> None:
    with service.client() as client:
        answer = client.post(path, json={"model": model, "messages": MESSAGES, "input": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_only_the_gateway_may_ask(service: Service) -> None:
    with service.client() as client:
        client.headers["Authorization"] = "Bearer guess"
        assert client.get("/v1/models").status_code == 401


def test_files_come_and_go_while_running(service: Service, tiny_gguf: Path) -> None:
    path = service.models / "new.gguf"
    with service.client() as client:
        path.write_bytes(tiny_gguf.read_bytes()[:200_000])
        cut = client.post("/v1/chat/completions", json={"model": "new", "messages": MESSAGES})
        assert (cut.status_code, cut.json()["error"]["code"]) == (503, "model_not_loadable")
        assert "new.gguf" in cut.json()["error"]["message"]
        shutil.copy(tiny_gguf, path)
        try:
            assert client.post("/v1/chat/completions", json={"model": "new", "messages": MESSAGES}).status_code == 200
        finally:
            path.unlink()
        assert client.post("/v1/chat/completions", json={"model": "new", "messages": MESSAGES}).status_code == 404


def test_crowds_idle_time_and_the_services_end(tmp_path: Path) -> None:
    """One service with tight limits: too many at once are told to come back, the idle model is unloaded, and when the
    service is killed its models go with it."""
    models = tmp_path / "models"
    models.mkdir()
    write_tiny_gguf(models / "slow.gguf", endless=True, layers=8)
    process, service = start_service(
        models, tmp_path / "log", SIGNALBOX_LLM_PARALLEL="1", SIGNALBOX_LLM_WAITING="1", SIGNALBOX_LLM_IDLE_S="0.3"
    )
    try:
        with service.client() as client, ThreadPoolExecutor(8) as crowd:
            body = {"model": "slow", "messages": MESSAGES, "max_tokens": 400}
            answers = list(crowd.map(lambda _: client.post("/v1/chat/completions", json=body), range(8)))
            codes = [a.status_code for a in answers]
            assert sorted(set(codes)) == [200, 429]
            assert 1 <= int(next(a for a in answers if a.status_code == 429).headers["retry-after"]) <= 60
            eventually(lambda: client.get("/state").json()["models"][0]["state"] == "unloaded")
            client.post("/v1/chat/completions", json={**body, "max_tokens": 1})
        children = psutil.Process(service.pid).children(recursive=True)
        assert children
    finally:
        process.kill()
        process.wait()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
