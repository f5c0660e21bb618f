"""Extractive answers through chat's shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.common.errors import install_error_handlers
from services.probes.ask import question_for
from services.probes.target import target
from services.retrieval.chat_routes import FINGERPRINT, chat_routes
from services.retrieval.extractive import NOTHING
from services.retrieval.minilm.encoder import Encoder
from tests.services.retrieval.test_extractive import FOUND

ASKED: Any = [
    {
        "role": "user",
        "content": [{"type": "text", "text": FOUND}, {"type": "text", "text": "When does the library close?"}],
    }
]


@pytest.fixture
def sdk(encoder: Encoder) -> Iterator[openai.OpenAI]:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(chat_routes(lambda: encoder))
    client: Any
    with TestClient(app) as client:
        yield openai.OpenAI(base_url="http://testserver/v1", api_key="k", http_client=client, max_retries=0)


def test_whole_and_streamed_say_the_same(sdk: openai.OpenAI) -> None:
    whole = sdk.chat.completions.create(model="extractive", messages=ASKED)
    assert "It closes at nine" in (whole.choices[0].message.content or "")
    assert whole.system_fingerprint == FINGERPRINT
    chunks = list(
        sdk.chat.completions.create(
            model="extractive", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage == whole.usage


def test_a_health_check_is_answered_rightly(sdk: openai.OpenAI) -> None:
    params = {"model": "openai/extractive", "api_base": "http://testserver/v1"}
    found = target({"model_name": "extractive", "litellm_params": params, "model_info": {"location": "local"}}, {})
    assert found is not None
    question = question_for(found)
    assert question is not None
    body: Any = question.body
    answer = sdk.chat.completions.create(model=body["model"], messages=body["messages"], max_tokens=body["max_tokens"])
    assert question.judge(answer.model_dump()) is None
    answer.choices[0].message.content = NOTHING
    assert question.judge(answer.model_dump()) == "it is not the expected answer"


def test_without_a_document_there_is_nothing_to_quote(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.chat.completions.create(model="extractive", messages=[{"role": "user", "content": "hello"}])
    assert caught.value.code == "no_document"
