import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, UnprocessableEntityError

from services.instant.answering import Answering, Place
from services.instant.app import FINGERPRINT, instant_app
from services.instant.rendered import Rendered

KEY = "internal"
HELLO: Any = [{"role": "user", "content": "hello"}]


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "litellm.yaml").write_text("model_list: [{model_name: qwen}]")
    app = instant_app(Answering(Rendered(tmp_path / "litellm.yaml"), Place()), KEY)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test/v1") as client:
        yield client


@pytest.fixture
def sdk(http: httpx.AsyncClient) -> AsyncOpenAI:
    return AsyncOpenAI(base_url="http://test/v1", api_key=KEY, http_client=http, max_retries=0)


async def test_an_answer_through_the_sdk(sdk: AsyncOpenAI) -> None:
    answer = await sdk.chat.completions.create(model="instant", messages=HELLO, n=2)
    (choice,) = answer.choices
    assert "not a language model" in (choice.message.content or "")
    assert (choice.finish_reason, answer.system_fingerprint, answer.model) == ("stop", FINGERPRINT, "instant")
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == 1
    assert answer.usage.total_tokens == 1 + answer.usage.completion_tokens
    assert answer.usage.completion_tokens == len((choice.message.content or "").split())


async def test_a_stream_is_the_same_answer(sdk: AsyncOpenAI) -> None:
    whole = await sdk.chat.completions.create(model="instant", messages=HELLO)
    stream = await sdk.chat.completions.create(
        model="instant", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage
    assert {c.system_fingerprint for c in chunks} == {FINGERPRINT}
    assert len(chunks) > 10


async def test_limits_are_kept(sdk: AsyncOpenAI) -> None:
    short = await sdk.chat.completions.create(model="instant", messages=HELLO, max_tokens=2)
    assert (short.choices[0].message.content, short.choices[0].finish_reason) == ("Hello! I", "length")
    stopped = await sdk.chat.completions.create(model="instant", messages=HELLO, stop="!")
    assert (stopped.choices[0].message.content, stopped.choices[0].finish_reason) == ("Hello", "stop")


@pytest.mark.parametrize("stream", [False, True])
async def test_what_the_book_does_not_know_is_declined(sdk: AsyncOpenAI, stream: bool) -> None:
    with pytest.raises(UnprocessableEntityError) as caught:
        await sdk.chat.completions.create(
            model="instant", messages=[{"role": "user", "content": "my secret recipe"}], stream=stream
        )
    assert caught.value.code == "instant_declined"
    assert "auto" in caught.value.message
    assert "recipe" not in caught.value.message


async def test_models(sdk: AsyncOpenAI) -> None:
    assert [m.id async for m in sdk.models.list()] == ["instant"]
    said = await sdk.chat.completions.create(
        model="instant", messages=[{"role": "user", "content": "which models are there?"}]
    )
    assert "qwen" in (said.choices[0].message.content or "")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hello"}, "messages"),
        ({"messages": [{"content": "hello"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
        ({"messages": HELLO, "max_tokens": 0}, "max_tokens"),
        ({"messages": HELLO, "max_tokens": "many"}, "max_tokens"),
        ({"messages": HELLO, "stream": "perhaps"}, "stream"),
        ({"messages": HELLO, "stop": 3}, "stop"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, None),
    ],
)
async def test_bad_input_names_its_place(http: httpx.AsyncClient, body: dict[str, Any], param: str | None) -> None:
    answer = await http.post(
        "/chat/completions",
        content=json.dumps(body),
        headers={"authorization": f"Bearer {KEY}", "content-type": "application/json"},
    )
    if param is None:
        assert answer.status_code in (400, 422)
    else:
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_the_internal_key_is_wanted(http: httpx.AsyncClient) -> None:
    answer = await http.post("/chat/completions", json={"messages": HELLO})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
    ready = await http.get("http://test/health/readiness")
    assert ready.status_code == 200
