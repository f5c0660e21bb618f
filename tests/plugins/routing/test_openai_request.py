from __future__ import annotations

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.routing.openai_request import MAX_TOOLS, BadRequest, facts_from_body
from plugins.routing.request_shapes import ROUTES
from plugins.routing.types import Caller, Facts

MESSAGES = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]
CHAT: dict[str, Any] = {"model": "auto", "messages": MESSAGES}


def read(body: Any = None, /, key: str = "k", **options: Any) -> Facts:
    return facts_from_body(CHAT if body is None else body, caller=Caller(key_id=key), request_id="r", **options)


def test_a_chat_request() -> None:
    facts = read({**CHAT, "max_tokens": 5, "temperature": 0.5, "made_up": object()})
    assert (facts.capability, facts.text, facts.max_output_tokens, facts.mode) == ("auto", "hello", 5, "chat")
    assert facts.messages is MESSAGES
    assert facts.needs == frozenset()


@pytest.mark.parametrize(
    ("extra", "needs"),
    [
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, {"tools"}),
        ({"functions": [{"name": "f"}]}, {"tools"}),
        ({"tools": [], "n": 1, "stream": False, "logprobs": False, "response_format": None}, set()),
        ({"tools": None, "n": None, "stream": None, "logprobs": None, "max_tokens": None}, set()),
        ({"response_format": {"type": "json_object"}}, {"json_object"}),
        ({"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}}, {"json_schema"}),
        ({"response_format": {"type": "text"}}, set()),
        ({"text": {"format": {"type": "json_schema"}}}, {"json_schema"}),
        ({"n": 3, "stream": True, "logprobs": True}, {"n", "stream", "logprobs"}),
        ({"logprobs": 0}, {"logprobs"}),
    ],
)
def test_needs(extra: dict[str, Any], needs: set[str]) -> None:
    assert read({**CHAT, **extra}).needs == needs


@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 3}, "model"),
        ({"model": " "}, "model"),
        ({"model": "a\0b"}, "model"),
        ({"model": "a" * 300}, "model"),
        ({"messages": []}, "messages"),
        ({"n": 0}, "n"),
        ({"n": True}, "n"),
        ({"n": 1.5}, "n"),
        ({"stream": "yes"}, "stream"),
        ({"max_tokens": "5"}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"),
        ({"max_tokens": False}, "max_tokens"),
        ({"tools": {}}, "tools"),
        ({"tools": ["x"]}, "tools[0]"),
        ({"tools": [{}] * (MAX_TOOLS + 1)}, "tools"),
        ({"tools": [{"function": {"description": "\0"}}]}, "tools[0]"),
        ({"functions": 1}, "functions"),
        ({"response_format": []}, "response_format"),
        ({"response_format": {}}, "response_format"),
        ({"text": {"format": 3}}, "text.format"),
    ],
)
def test_wrong_fields_name_their_place(extra: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as caught:
        read({**CHAT, **extra})
    assert caught.value.param == param


def test_a_body_must_be_an_object() -> None:
    with pytest.raises(BadRequest):
        read([1])


@pytest.mark.parametrize(
    ("route", "body", "text"),
    [
        ("/v1/completions", {"prompt": "p"}, "p"),
        ("/v1/responses", {"input": "p"}, "p"),
        ("/v1/messages", {"messages": [{"role": "user", "content": "p"}]}, "p"),
        ("/v1/embeddings", {"input": ["a", "p"]}, "p"),
        ("/v1/audio/transcriptions", {"response_format": "json"}, ""),
    ],
)
def test_other_routes(route: str, body: dict[str, Any], text: str) -> None:
    assert read({"model": "m", **body}, route=route).text == text


def test_the_ask_is_the_last_user_turn_and_tool_results_are_not() -> None:
    body = {
        "model": "auto",
        "messages": [
            {"role": "user", "content": "first"},
            {"role": "assistant", "content": "ok"},
            {"role": "user", "content": [{"type": "text", "text": "second"}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "42"}]},
        ],
    }
    assert read(body, route="/v1/messages").text == "second"


def test_a_conversation_is_the_same_for_its_later_turns_only() -> None:
    later = {**CHAT, "messages": [*MESSAGES, {"role": "assistant", "content": "x"}, {"role": "user", "content": "y"}]}
    other = {**CHAT, "messages": [MESSAGES[0], {"role": "user", "content": "else"}]}
    first = read().conversation
    assert first.startswith("conv_")
    assert read(later).conversation == first
    assert read(other).conversation != first
    assert read(key="another").conversation != first
    assert read(conversation_secret=b"s").conversation != first


def test_a_header_and_a_previous_response_name_a_conversation_of_this_key() -> None:
    named = read(conversation_header="c1").conversation
    assert named == read({**CHAT, "messages": MESSAGES[1:]}, conversation_header="c1").conversation
    assert named != read(conversation_header="c1", key="another").conversation
    assert named != read({**CHAT, "previous_response_id": "c1"}).conversation
    tokens_only = read({"model": "embed", "input": [1, 2]}, route="/v1/embeddings")
    assert tokens_only.conversation == ""


def test_the_token_estimate_counts_everything() -> None:
    plain = read().token_estimate
    assert read({**CHAT, "tools": [{"function": {"description": "word " * 100}}]}).token_estimate > plain + 100
    assert read({**CHAT, "messages": [*MESSAGES, MESSAGES[1]]}).token_estimate > plain


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": "word " * 2_000_000}],
        [{"role": "user", "content": "é" * 5_000_000}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:" + "A" * 10_000_000}}]}],
        [{"role": "user", "content": "hello"}] * 20_000,
    ],
)
def test_ten_megabytes(messages: list[dict[str, Any]]) -> None:
    start = time.perf_counter()
    read({"model": "auto", "messages": messages})
    assert time.perf_counter() - start < 1.0


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=4))
KEYS = st.sampled_from(
    ["role", "content", "type", "text", "image_url", "input_audio", "file", "url", "tool_calls", "format", "system"]
)
WORDS = st.sampled_from(["user", "assistant", "tool", "text", "image_url", "tool_result", "message", "json_schema"])
ANYTHING = st.recursive(
    SCALARS | WORDS, lambda part: st.lists(part, max_size=3) | st.dictionaries(KEYS, part, max_size=4), max_leaves=12
)
FIELDS = st.sampled_from(
    """messages input prompt tools functions n stream max_tokens response_format text instructions system
    query documents output_format previous_response_id logprobs""".split()  # noqa: SIM905
)


@settings(max_examples=300, deadline=None)
@given(
    body=st.dictionaries(FIELDS, ANYTHING, max_size=5),
    route=st.sampled_from([f"/v1/{fragment}" for fragment, _, _ in ROUTES]),
)
def test_anything_is_facts_or_a_bad_request(body: dict[str, Any], route: str) -> None:
    with contextlib.suppress(BadRequest):
        facts = read({"model": "auto", **body}, route=route)
        assert facts.token_estimate >= 0
        assert isinstance(facts.text, str)
        assert isinstance(facts.conversation, str)


def test_what_a_model_is_shown_beside_messages_is_attached() -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    body = {"model": "auto", "messages": [{"role": "user", "content": "hi"}], "tools": tools, "temperature": 1}
    found = facts_from_body(body, caller=Caller(), request_id="r")
    assert found.attached == (tools,)
    assert not found.opaque


def test_token_numbers_are_opaque() -> None:
    body = {"model": "embed", "input": [[1, 2, 3]]}
    assert facts_from_body(body, route="/v1/embeddings", caller=Caller(), request_id="r").opaque
