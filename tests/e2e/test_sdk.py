"""The real OpenAI and Anthropic SDKs, pointed at the gateway, without knowing that anything is routed."""

from __future__ import annotations

import json

import openai
import pytest

from tests.e2e.prompts import PROMPTS
from tests.e2e.site import FRONTIER, LARGE, SMALL, Site

PUBLIC = {"x-signalbox-data-class": "public"}


def _user(text: str) -> list[openai.types.chat.ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


def test_models_list_shows_capabilities_and_groups(site: Site) -> None:
    names = {model.id for model in site.openai.models.list()}
    assert {"auto", "fast", "reasoning", "private", SMALL, LARGE, FRONTIER} <= names


def test_chat_plain(site: Site) -> None:
    answer = site.openai.chat.completions.create(model="auto", messages=_user(PROMPTS["coding"]), max_tokens=12)
    assert answer.model == "auto"
    assert answer.choices[0].message.content
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@pytest.mark.parametrize("intent", ["smalltalk", "question", "coding"])
def test_chat_streamed(site: Site, intent: str) -> None:
    stream = site.openai.chat.completions.create(
        model="auto",
        messages=_user(PROMPTS[intent]),
        max_tokens=12,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text
    assert any(chunk.choices and chunk.choices[0].finish_reason for chunk in chunks)
    assert chunks[-1].usage is not None


def test_streamed_answer_carries_routing_headers(site: Site) -> None:
    with site.openai.chat.completions.with_streaming_response.create(
        model="auto", messages=_user(PROMPTS["question"]), max_tokens=4, stream=True
    ) as raw:
        assert raw.headers["x-signalbox-tier"] == "small"
        assert raw.headers["x-signalbox-decision-id"].startswith("dec_")
        assert "x-litellm-model-api-base" not in raw.headers
        assert b"data:" in raw.read()


def test_json_schema(site: Site) -> None:
    schema = {
        "type": "object",
        "properties": {"color": {"type": "string", "enum": ["red", "green"]}},
        "required": ["color"],
        "additionalProperties": False,
    }
    answer = site.openai.chat.completions.create(
        model=LARGE,
        messages=_user("Which color is the sign? Answer as JSON."),
        max_tokens=64,
        response_format={"type": "json_schema", "json_schema": {"name": "color", "schema": schema, "strict": True}},
    )
    content = answer.choices[0].message.content
    assert content is not None
    assert json.loads(content)["color"] in {"red", "green"}


def test_tools_reach_a_model_that_calls_them(site: Site) -> None:
    site.cloud.behave("gpt-frontier", "tools")
    try:
        answer = site.openai.chat.completions.create(
            model=FRONTIER,
            messages=_user("What is the weather in Bern?"),
            extra_headers=PUBLIC,
            tools=[
                {
                    "type": "function",
                    "function": {
                        "name": "weather",
                        "description": "Weather of a city",
                        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
                    },
                }
            ],
        )
    finally:
        site.cloud.reset()
    calls = answer.choices[0].message.tool_calls
    assert calls
    assert calls[0].type == "function"
    assert calls[0].function.name == "weather"
    assert isinstance(json.loads(calls[0].function.arguments), dict)


def test_several_choices(site: Site) -> None:
    answer = site.openai.chat.completions.create(
        model=LARGE, messages=_user("Say something."), n=2, max_tokens=4, temperature=1.0
    )
    assert [choice.index for choice in answer.choices] == [0, 1]


def test_stop_ends_the_answer(site: Site) -> None:
    free = site.openai.chat.completions.create(
        model=LARGE, messages=_user("Go on."), max_tokens=16, temperature=0, seed=1
    )
    text = free.choices[0].message.content or ""
    assert len(text) > 4
    stop = text[2:4]
    cut = site.openai.chat.completions.create(
        model=LARGE, messages=_user("Go on."), max_tokens=16, temperature=0, seed=1, stop=[stop]
    )
    assert cut.choices[0].message.content == text[: text.index(stop)]


def test_logprobs(site: Site) -> None:
    answer = site.openai.chat.completions.create(
        model=LARGE, messages=_user("Go on."), max_tokens=3, logprobs=True, top_logprobs=2
    )
    logprobs = answer.choices[0].logprobs
    assert logprobs is not None
    assert logprobs.content
    assert all(token.logprob <= 0 for token in logprobs.content)


def test_responses(site: Site) -> None:
    answer = site.openai.responses.create(model="auto", input=PROMPTS["coding"], max_output_tokens=16)
    assert answer.output_text
    assert answer.usage is not None


def test_responses_streamed(site: Site) -> None:
    events = list(
        site.openai.responses.create(model="auto", input=PROMPTS["coding"], max_output_tokens=16, stream=True)
    )
    kinds = [event.type for event in events]
    assert "response.output_text.delta" in kinds
    assert kinds[-1] in {"response.completed", "response.incomplete"}


@pytest.mark.parametrize("intent", ["smalltalk", "question", "coding"])
def test_anthropic_messages(site: Site, intent: str) -> None:
    answer = site.anthropic.messages.create(
        model="auto", max_tokens=16, messages=[{"role": "user", "content": PROMPTS[intent]}]
    )
    assert answer.role == "assistant"
    assert answer.content[0].type == "text"
    assert answer.content[0].text


def test_anthropic_messages_streamed(site: Site) -> None:
    with site.anthropic.messages.stream(
        model="auto", max_tokens=16, messages=[{"role": "user", "content": PROMPTS["coding"]}]
    ) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text
    assert final.stop_reason in {"end_turn", "max_tokens"}


def test_unknown_model_is_a_404(site: Site) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        site.openai.chat.completions.create(model="gpt-nonesuch", messages=_user("hi"))
    assert caught.value.code == "model_not_found"
    assert "auto" in caught.value.message


def test_wrong_key_is_a_401(site: Site) -> None:
    with pytest.raises(openai.AuthenticationError):
        site.openai.with_options(api_key="sk-wrong").chat.completions.create(model="auto", messages=_user("hi"))


def test_what_may_not_leave_is_a_403_that_says_what_would_change_it(site: Site) -> None:
    with pytest.raises(openai.PermissionDeniedError) as caught:
        site.openai.chat.completions.create(model=FRONTIER, messages=_user("What is the capital of Peru?"))
    assert caught.value.code == "data_boundary"
    assert "x-signalbox-data-class" in caught.value.message
    assert "gateway.boundary" in caught.value.message
    assert not site.cloud.received


def test_every_empty_request_is_a_400(site: Site) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        site.openai.chat.completions.create(model="auto", messages=[])
    assert caught.value.param == "messages"
