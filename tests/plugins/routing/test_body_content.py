from typing import Any

import pytest

from plugins.routing.body_content import attached_keys, content_keys
from plugins.routing.openai_request import facts_from_body
from plugins.routing.types import Caller


@pytest.mark.parametrize(
    ("body", "shape", "keys"),
    [
        ({"model": "auto", "messages": [{}], "temperature": 1, "stream": True}, "chat", ()),
        ({"messages": [{}], "tools": [{}], "user": "u", "stop": ["x"], "user_location": {"a": 1}}, "chat", None),
        ({"messages": [{}], "new_next_year": "text", "reasoning_effort": "low"}, "chat", ("new_next_year",)),
        ({"messages": [{}], "metadata": {"a": "b"}}, "chat", ("metadata",)),
        ({"messages": [{}], "metadata": {"a": "b"}, "proxy_server_request": {"body": "x"}}, "chat", ()),
        (
            {"input": "x", "metadata": {"a": "b"}, "proxy_server_request": {}, "litellm_metadata": {}},
            "responses",
            ("metadata",),
        ),
        ({"query": "x", "documents": ["y"]}, "rerank", ("documents",)),
        ({"file": b"x", "prompt": "spell it so", "language": "de"}, "audio", ("prompt",)),
    ],
)
def test_what_stands_beside_the_messages(body: dict[str, Any], shape: str, keys: tuple[str, ...] | None) -> None:
    expected = tuple(k for k in body if k != "messages") if keys is None else keys
    assert attached_keys(body, shape) == expected


def test_all_content() -> None:
    body = {"system": "s", "messages": [{}], "tools": [{}], "litellm_call_id": "x"}
    assert content_keys(body, "anthropic") == ("system", "messages", "tools")


def test_facts_carry_what_is_attached() -> None:
    body = {"model": "auto", "messages": [{"role": "user", "content": "hi"}], "extra_body": {"note": "x"}}
    assert facts_from_body(body, caller=Caller(), request_id="r").attached == ({"note": "x"},)
