"""Everything that is sent is looked through: one card number in every place where a body can hold text."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from plugins.routing.config.spec import Boundary, GatewaySpec
from plugins.routing.openai_request import facts_from_body
from plugins.routing.types import Caller, DataClass
from plugins.signals.data_class import DataClassSignal

CARD = "4111 1111 1111 1111"
TEXT = f"the card is {CARD}"
SIGNAL = DataClassSignal(GatewaySpec(boundary=Boundary(conversation="off")))
USER = {"role": "user", "content": "hello"}
CHAT, RESPONSES, MESSAGES = "/v1/chat/completions", "/v1/responses", "/v1/messages"


def chat(*messages: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    return CHAT, {"messages": [*messages, USER], **more}


def responses(*items: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    return RESPONSES, {"input": [*items, {"role": "user", "content": "hello"}], **more}


def claude(*messages: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    return MESSAGES, {"messages": [*messages, USER], "max_tokens": 9, **more}


def tool(**function: Any) -> list[dict[str, Any]]:
    return [{"type": "function", "function": {"name": "f", **function}}]


def call(arguments: str) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}]}  # fmt: skip


def schema(**inner: Any) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object", **inner}}}


def said(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "content": list(parts)}


def result(*parts: dict[str, Any]) -> dict[str, Any]:
    return said("user", {"type": "tool_result", "tool_use_id": "t", "content": list(parts)})


PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "user": chat({"role": "user", "content": TEXT}),
    "system": chat({"role": "system", "content": TEXT}),
    "developer": chat({"role": "developer", "content": TEXT}),
    "assistant": chat({"role": "assistant", "content": TEXT}),
    "part": chat({"role": "user", "content": [{"type": "text", "text": TEXT}]}),
    "a part of an unknown type": chat({"role": "user", "content": [{"type": "next_year", "body": {"x": TEXT}}]}),
    "name": chat({"role": "user", "name": CARD, "content": "hi"}),
    "tool result": chat(call("{}"), {"role": "tool", "tool_call_id": "c", "content": TEXT}),
    "tool arguments": chat(call(json.dumps({"deep": [{"card": CARD}]}))),
    "tool arguments, escaped": chat(call(json.dumps({"card": "４１１１ 1111 1111 1111"}))),
    "tool arguments, a number": chat(call('{"card": 4111111111111111}')),
    "function call": chat({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": TEXT}}),
    "refusal": chat({"role": "assistant", "content": None, "refusal": TEXT}),
    "reasoning": chat({"role": "assistant", "content": "x", "reasoning_content": TEXT}),
    "tool description": chat(tools=tool(description=TEXT)),
    "tool name": chat(tools=[{"type": "function", "function": {"name": "f_4111111111111111"}}]),
    "tool enum": chat(tools=tool(parameters={"type": "object", "properties": {"a": {"enum": [CARD]}}})),
    "tool default": chat(tools=tool(parameters={"properties": {"a": {"default": 4111111111111111}}})),
    "schema key": chat(response_format=schema(properties={CARD: {"type": "string"}})),
    "schema description": chat(response_format=schema(description=TEXT)),
    "prediction": chat(prediction={"type": "content", "content": TEXT}),
    "stop": chat(stop=[TEXT]),
    "end user": chat(user=CARD),
    "tool choice": chat(tool_choice={"type": "function", "function": {"name": CARD}}),
    "where the user is": chat(web_search_options={"user_location": {"approximate": {"city": TEXT}}}),
    "cache key": chat(prompt_cache_key=CARD),
    "a field of next year": chat(extra_body={"note": [TEXT]}),
    "html numbers": chat({"role": "user", "content": "".join(f"&#{ord(c)};" for c in CARD)}),
    "base64": chat({"role": "user", "content": base64.b64encode(f"look: {TEXT}".encode()).decode()}),
    "split over messages": chat({**USER, "content": "it is 4111 1111"}, {**USER, "content": "1111 1111"}),
    "audio's transcript": chat({"role": "assistant", "content": None, "audio": {"id": "a", "transcript": TEXT}}),
    "responses input": (RESPONSES, {"input": TEXT}),
    "responses instructions": responses(instructions=TEXT),
    "responses message": responses({"role": "user", "content": [{"type": "input_text", "text": TEXT}]}),
    "responses output": responses(said("assistant", {"type": "output_text", "text": TEXT})),
    "responses call": responses({"type": "function_call", "call_id": "c", "name": "f", "arguments": f'["{CARD}"]'}),
    "responses result": responses({"type": "function_call_output", "call_id": "c", "output": TEXT}),
    "responses result, parts": responses(
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": TEXT}]}
    ),
    "responses reasoning": responses({"type": "reasoning", "summary": [{"type": "summary_text", "text": TEXT}]}),
    "responses custom call": responses({"type": "custom_tool_call", "name": "x", "input": TEXT}),
    "responses tool": responses(tools=[{"type": "function", "name": "f", "description": TEXT}]),
    "responses format": responses(text={"format": {"type": "json_schema", "name": "s", "schema": {"title": TEXT}}}),
    "responses prompt": responses(prompt={"id": "p", "variables": {"card": CARD}}),
    "responses metadata": responses(metadata={"note": TEXT}),
    "claude system": claude(system=TEXT),
    "claude system, blocks": claude(system=[{"type": "text", "text": TEXT}]),
    "claude result": claude(said("user", {"type": "tool_result", "tool_use_id": "t", "content": TEXT})),
    "claude result, blocks": claude({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": TEXT}]}]}),
    "claude use": claude(said("assistant", {"type": "tool_use", "id": "t", "name": "f", "input": {"a": CARD}})),
    "claude thinking": claude(said("assistant", {"type": "thinking", "thinking": TEXT, "signature": "x"})),
    "claude search result": claude({"role": "user", "content": [
        {"type": "search_result", "source": "x", "title": "t", "content": [{"type": "text", "text": TEXT}]}]}),
    "claude tool": claude(tools=[{"name": "f", "description": TEXT, "input_schema": {"type": "object"}}]),
    "claude metadata": claude(metadata={"user_id": CARD}),
    "completion": ("/v1/completions", {"prompt": TEXT}),
    "completions": ("/v1/completions", {"prompt": ["x", TEXT]}),
    "suffix": ("/v1/completions", {"prompt": "x", "suffix": TEXT}),
    "embedding": ("/v1/embeddings", {"input": TEXT}),
    "embeddings": ("/v1/embeddings", {"input": ["x", TEXT]}),
    "rerank query": ("/v1/rerank", {"query": TEXT, "documents": ["x"]}),
    "rerank document": ("/v1/rerank", {"query": "x", "documents": [{"text": "y", "title": TEXT}]}),
    "speech": ("/v1/audio/speech", {"input": TEXT, "voice": "x"}),
    "speech instructions": ("/v1/audio/speech", {"input": "x", "instructions": TEXT}),
    "transcription prompt": ("/v1/audio/transcriptions", {"prompt": TEXT}),
    "image": ("/v1/images/generations", {"prompt": TEXT}),
    "moderation": ("/v1/moderations", {"input": [TEXT]}),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_card_number_in_every_place(place: str) -> None:
    route, body = PLACES[place]
    found = SIGNAL.extract(facts_from_body({"model": "auto", **body}, route=route, caller=PUBLIC, request_id="r"))
    assert found.label == "restricted", place
    assert "credit_card" in str(found.detail.get("found"))


PUBLIC = Caller(key_id="k", may_declare=True, declared=DataClass.PUBLIC)
UNREAD: dict[str, tuple[str, dict[str, Any]]] = {
    "image": chat({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}),
    "audio": chat(said("user", {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}})),
    "file": chat({"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}),
    "responses image": responses({"role": "user", "content": [{"type": "input_image", "image_url": "https://x/y.png"}]}),
    "responses file": responses({"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}),
    "claude image": claude(said("user", {"type": "image", "source": {"type": "url", "url": "https://x"}})),
    "claude document": claude({"role": "user", "content": [
        {"type": "document", "source": {"type": "url", "url": "https://x"}}]}),
    "claude image in a result": claude(result({"type": "image", "source": {"type": "base64", "data": "A"}})),
    "claude document in a result": claude(result({"type": "document", "source": {"type": "base64", "data": "A"}})),
    "responses image in a result": responses({"type": "function_call_output", "call_id": "c", "output": [
        {"type": "input_image", "image_url": "data:image/png;base64,AA"}]}),
    "token numbers": ("/v1/embeddings", {"input": [[1, 2, 3]]}),
    "transcription": ("/v1/audio/transcriptions", {}),
    "ocr": ("/v1/ocr", {"document": {"type": "document_url", "document_url": "https://x"}}),
}  # fmt: skip


@pytest.mark.parametrize("place", UNREAD)
def test_what_nobody_read_is_restricted_whatever_was_declared(place: str) -> None:
    route, body = UNREAD[place]
    found = SIGNAL.extract(facts_from_body({"model": "auto", **body}, route=route, caller=PUBLIC, request_id="r"))
    assert (found.label, found.detail["why"]) == ("restricted", "unreadable")
