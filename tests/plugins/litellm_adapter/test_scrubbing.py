from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from plugins.assembly import build_router
from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.scrubbing import Restoring, asks_for_json, scrub
from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.load import Config, parse_config
from plugins.routing.openai_request import facts_from_body
from plugins.routing.types import Caller
from plugins.scrub.pseudonyms import Pseudonyms

YAML = """
model_list:
  - {model_name: there, litellm_params: {model: openai/x}, model_info: {location: cloud}}
gateway: {boundary: {scrub: [internal]}}
"""


@pytest.fixture(scope="module")
def gateway() -> Gateway:
    config: Config = parse_config(YAML, "x.yaml")
    return Gateway(config, build_router(config), None, b"secret")


def asked(gateway: Gateway, body: dict[str, Any], **trace: Any) -> tuple[Trace, dict[str, Any]]:
    facts = facts_from_body(body, caller=Caller(key_id="k"), request_id="r", conversation_secret=b"x")
    made = Trace(edge=True, decision=gateway.decide(facts), conversation=facts.conversation, route=facts.route)
    for name, value in trace.items():
        setattr(made, name, value)
    return made, dict(body)


def user(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "auto", "messages": [{"role": "user", "content": text}], **more}


def test_what_is_sent_holds_placeholders(gateway: Gateway) -> None:
    trace, data = asked(gateway, user("I am Margaret Thornton.", temperature=0.5))
    asyncio.run(scrub(gateway, trace, data))
    assert data["messages"][0]["content"] == "I am [PERSON_1]."
    assert data["temperature"] == 0.5
    assert trace.names is not None
    assert trace.names.restore("[PERSON_1]") == "Margaret Thornton"


def test_a_request_that_may_go_as_it_is_is_left_alone(gateway: Gateway) -> None:
    trace, data = asked(gateway, user("I am Margaret Thornton."))
    assert trace.decision is not None
    trace.decision = replace(trace.decision, scrubbed=None)
    asyncio.run(scrub(gateway, trace, data))
    assert data == user("I am Margaret Thornton.")
    assert trace.names is None


@pytest.mark.parametrize("wrong", ["no edge", "a broken store", "something in a name"])
def test_what_goes_wrong_keeps_it_inside(gateway: Gateway, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = [{"type": "function", "function": {"name": "mail_jo@acme.org"}}]
    trace, data = asked(gateway, user("hi", tools=tools) if "name" in wrong else user("I am Margaret Thornton."))
    if wrong == "no edge":
        trace.edge = False
    if wrong == "a broken store":
        monkeypatch.setattr(gateway.pseudonyms, "grow", lambda *_: 1 / 0)
    with pytest.raises(Refused) as told:
        asyncio.run(scrub(gateway, trace, data))
    assert (told.value.status, told.value.code) == (403, "data_boundary")
    assert "Margaret" not in told.value.message
    assert trace.names is None


def answered(messages: list[dict[str, Any]], names: Pseudonyms | None) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        out.append(dict(message))

    async def run() -> None:
        restoring = Restoring(send, Trace(names=names))
        for message in messages:
            await restoring.send(message)

    asyncio.run(run())
    return out


def start(kind: bytes) -> dict[str, Any]:
    headers = [(b"content-type", kind), (b"content-length", b"999"), (b"x-a", b"b")]
    return {"type": "http.response.start", "status": 200, "headers": headers}


def body(data: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


NAMES = Pseudonyms({"[PERSON_1]": "Zoë Berg"})


def test_a_whole_answer_gets_its_values_and_its_length() -> None:
    out = answered([start(b"application/json"), body(b'{"a": "[PERS', True), body(b'ON_1]"}', False)], NAMES)
    assert json.loads(out[1]["body"]) == {"a": "Zoë Berg"}
    assert dict(out[0]["headers"])[b"content-length"] == str(len(out[1]["body"])).encode()
    assert len(out) == 2


def test_a_stream_gets_them_as_it_comes() -> None:
    events = [
        b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % p for p in (b"Hi [PER", b"SON_1]", b"!")
    ]
    out = answered([start(b"text/event-stream"), *(body(e, True) for e in events), body(b"", False)], NAMES)
    text = b"".join(m["body"] for m in out[1:]).decode()
    assert "".join(json.loads(line[6:])["choices"][0]["delta"]["content"] for line in text.split("\n\n") if line) == (
        "Hi Zoë Berg!"
    )
    assert "Hi " in out[1]["body"].decode(), "nothing waits that cannot be part of a placeholder"
    assert out[-1]["more_body"] is False


def test_any_other_answer_passes_untouched() -> None:
    messages = [start(b"application/json"), body(b"[PERSON_1]", True), body(b"", False)]
    assert answered(messages, None) == messages


@pytest.mark.parametrize(
    ("data", "json_answer"),
    [
        ({}, False),
        ({"response_format": {"type": "json_object"}}, True),
        ({"response_format": {"type": "text"}, "text": "x"}, False),
        ({"text": {"format": {"type": "json_schema"}}}, True),
        ({"output_format": {"type": "json_schema"}}, True),
    ],
)
def test_whether_the_answer_is_json(data: dict[str, Any], json_answer: bool) -> None:
    assert asks_for_json(data) is json_answer
