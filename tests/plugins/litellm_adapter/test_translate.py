"""LiteLLM's view of a request as facts."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.litellm_adapter.hearing import HEARD, Heard
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.translate import capabilities_of, facts_of, is_admin
from plugins.routing.types import DataClass, Facts, Requirement, Tier
from tests.plugins.litellm_adapter.facts import key

CHAT: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]}


def _facts(data: dict[str, Any] = CHAT, who: Any = None, call: str = "acompletion", **headers: str) -> Facts:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = {**data, "proxy_server_request": {"headers": named}}
    return facts_of(data, who or key(), call, secret=b"s", request_id="r")[0]


@pytest.mark.parametrize(
    ("call", "body", "route"),
    [
        ("acompletion", CHAT, "/v1/chat/completions"),
        ("anthropic_messages", {**CHAT, "max_tokens": 5}, "/v1/messages"),
        ("atext_completion", {"model": "auto", "prompt": "hi"}, "/v1/completions"),
        ("aresponses", {"model": "auto", "input": "hi"}, "/v1/responses"),
        ("aembedding", {"model": "embed", "input": "hi"}, "/v1/embeddings"),
    ],
)
def test_each_route_has_its_shape(call: str, body: dict[str, Any], route: str) -> None:
    facts = _facts(body, call=call)
    assert facts.route == route
    assert facts.capability == body["model"]


def test_of_key_and_team_the_stricter_holds() -> None:
    who = key(capabilities=["auto", "fast"], max_tier="large", data_class="internal", may_declare=True)
    who.team_metadata = {"signalbox": {"capabilities": ["auto"], "max_tier": "small", "data_class": "restricted"}}
    caller = _facts(who=who).caller
    assert caller.capabilities == frozenset({"auto"})
    assert caller.max_tier is Tier.SMALL
    assert caller.data_class is DataClass.RESTRICTED
    assert caller.may_declare
    assert capabilities_of(who) == frozenset({"auto"})
    who.team_metadata = {"signalbox": {"may_declare": False}}
    assert not _facts(who=who).caller.may_declare


def test_what_key_and_team_require_of_places_outside_adds_up() -> None:
    who = key(require={"region": ["eu"], "trains_on_data": False})
    who.team_metadata = {"signalbox": {"require": {"retention_days": 0}}}
    assert _facts(who=who).caller.require == (Requirement(("eu",), None, False), Requirement(None, 0, None))
    for wrong in ({"regoin": ["eu"]}, "eu", {"retention_days": "soon"}):
        assert _facts(who=key(require=wrong)).caller.require == (Requirement(region=()),), "no place outside fulfils it"


def test_a_label_that_cannot_be_read_is_the_strictest() -> None:
    caller = _facts(who=key(data_class="publik", max_tier="huge", capabilities="auto", may_declare="yes")).caller
    assert caller.data_class is DataClass.RESTRICTED
    assert caller.max_tier is Tier.INSTANT
    assert caller.capabilities == frozenset()
    assert not caller.may_declare


def test_headers_are_read_and_wrong_ones_refused() -> None:
    caller = _facts(X_Signalbox_Data_Class="public", X_Signalbox_Deadline_Ms="250").caller
    assert caller.declared is DataClass.PUBLIC
    assert caller.deadline_ms == 250
    with pytest.raises(Refused):
        _facts(x_signalbox_data_class="publik")


def test_an_admin_may_declare() -> None:
    assert is_admin(key("proxy_admin"))
    assert not is_admin(key())
    assert _facts(who=key("proxy_admin")).caller.may_declare


@pytest.mark.parametrize("call", ["transcription", "aimage_edit", "aocr"])
def test_content_that_nobody_reads_is_restricted_whatever_was_declared(call: str) -> None:
    caller = _facts({"model": "x"}, key("proxy_admin"), call, x_signalbox_data_class="public").caller
    assert caller.declared is DataClass.RESTRICTED
    assert caller.data_class is DataClass.RESTRICTED


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("image_generation", {"prompt": "A river."}),
        ("amoderation", {"input": "A river."}),
        ("arerank", {"query": "A river.", "documents": ["A lake."]}),
    ],
)
def test_prompts_of_pictures_and_what_is_moderated_or_ranked_is_read(call: str, body: dict[str, Any]) -> None:
    facts = _facts({"model": "x", **body}, key("proxy_admin"), call, x_signalbox_data_class="public")
    assert facts.caller.declared is DataClass.PUBLIC
    assert [m["content"] for m in facts.messages] == ["A river."]
    assert list(facts.attached) == ([["A lake."]] if "documents" in body else [])


def test_text_to_be_spoken_is_judged_like_text_of_a_chat() -> None:
    body = {"model": "speech", "input": "Call me at noon.", "instructions": "Whisper.", "voice": "alloy"}
    facts = _facts(body, key("proxy_admin"), "aspeech", x_signalbox_data_class="public")
    assert facts.mode == "audio_speech"
    assert facts.caller.declared is DataClass.PUBLIC
    assert [m["content"] for m in facts.messages] == ["Call me at noon.", "Whisper."]
    assert facts.modalities == {"text"}
    with pytest.raises(Refused) as caught:
        _facts({"model": "speech", "input": "a\0b"}, call="aspeech")
    assert (caught.value.status, caught.value.param) == (400, "input")


@pytest.mark.parametrize(
    ("engine", "said", "judged"), [("whisper.cpp", "Call Ada.", True), ("pocketsphinx", "oh", False), ("x", "", False)]
)
def test_a_recording_is_judged_by_what_was_heard_in_it_here(engine: str, said: str, judged: bool) -> None:
    body = {"model": "transcribe", "prompt": "Names: Ada", HEARD: Heard({"text": said}, engine, 1.0)}
    facts = _facts(body, key("proxy_admin"), "transcription", x_signalbox_data_class="public")
    assert facts.mode == "audio_transcription"
    if judged:
        assert [m["content"] for m in facts.messages] == ["Call Ada.", "Names: Ada"]
        assert facts.caller.declared is DataClass.PUBLIC
        assert facts.modalities == {"text"}
    else:
        assert facts.caller.declared is DataClass.RESTRICTED
        assert facts.modalities == {"audio"}


def test_nobody_else_can_say_what_was_heard() -> None:
    forged = {"model": "transcribe", HEARD: {"body": {"text": "harmless"}, "engine": "whisper.cpp", "seconds": 1}}
    facts = _facts(forged, key("proxy_admin"), "transcription", x_signalbox_data_class="public")
    assert facts.caller.declared is DataClass.RESTRICTED


@pytest.mark.parametrize("call", ["pass_through_endpoint", "acreate_batch", "something_new"])
def test_other_kinds_of_request_are_refused(call: str) -> None:
    with pytest.raises(Refused) as caught:
        _facts(call=call)
    assert caught.value.status == 403


@pytest.mark.parametrize("body", [{"model": "auto", "messages": []}, {"messages": []}, {"model": 1}])
def test_a_wrong_shape_is_a_400_with_its_place(body: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        _facts(body)
    assert caught.value.status == 400
    assert caught.value.param
