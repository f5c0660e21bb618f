"""An OpenAI- or Anthropic-shaped request body as ``Facts``.

Knows: which fields of a body routing reads, and what is wrong with them (400, with the field's path).
Does not know: LiteLLM, HTTP, keys. Fields that routing does not read pass unread: the upstream judges them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from plugins.routing.body_content import attached_keys
from plugins.routing.content import BadRequest, Content, plain_text
from plugins.routing.parameter_types import check_types
from plugins.routing.request_shapes import messages_of, mode_and_shape
from plugins.routing.types import Caller, Facts

__all__ = ["BadRequest", "conversation_id", "facts_from_body"]

MAX_TOOLS = 1024
"""Tools in one request; the largest published limit is 128, and each one costs time before anything is
routed."""

MAX_MODEL_CHARS = 256
_IDENTITY_CHARS = 8192
"""Characters of the system prompt and of the first user turn that identify a conversation, beside their
lengths."""


def facts_from_body(
    body: Mapping[str, Any],
    *,
    route: str = "/v1/chat/completions",
    caller: Caller,
    request_id: str,
    conversation_secret: bytes = b"",
    conversation_header: str | None = None,
) -> Facts:
    """Translates once, in one pass over the text. Raises BadRequest where the body has a wrong shape."""
    if not isinstance(body, Mapping):
        raise BadRequest("the body must be a JSON object", None)
    mode, shape = mode_and_shape(route)
    model = _model(body)
    check_types(body)
    content = Content()
    messages = messages_of(body, shape, content)
    needs = _needs(body, content)
    return Facts(
        request_id=request_id,
        route=route,
        capability=model,
        mode=mode,
        messages=messages,
        text=_last_user_text(messages),
        modalities=frozenset(content.modalities),
        needs=needs,
        token_estimate=content.token_estimate,
        max_output_tokens=_max_output_tokens(body),
        caller=caller,
        attached=tuple(body[key] for key in attached_keys(body, shape)),
        opaque=content.opaque,
        conversation=conversation_id(
            conversation_secret, caller.key_id, conversation_header, body.get("previous_response_id"), messages
        ),
    )


def conversation_id(
    secret: bytes,
    key_id: str | None,
    header: str | None,
    previous_response_id: object,
    messages: Sequence[Mapping[str, Any]],
) -> str:
    """An opaque id, equal for all turns of one conversation of one key; "" where nothing tells.

    HMAC-SHA256 over the key and, in this order: the header, the previous response, else the system prompt and
    first user turn. The key is always part of it: nobody can name another's conversation.
    """
    if header:
        parts = ["header", header]
    elif isinstance(previous_response_id, str) and previous_response_id:
        parts = ["response", previous_response_id]
    else:
        parts = ["content", *_opening(messages)]
        if len(parts) == 1:
            return ""
    mac = hmac.new(secret, digestmod=hashlib.sha256)
    for part in (key_id or "", *parts):
        data = part.encode("utf-8", "surrogatepass")
        mac.update(len(data).to_bytes(8, "big"))
        mac.update(data)
    return "conv_" + mac.hexdigest()[:32]


def _opening(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    parts: list[str] = []
    for message in messages:
        if message["role"] in ("system", "developer", "user"):
            text = plain_text(message)
            parts.append(f"{message['role']}:{len(text)}:{text[:_IDENTITY_CHARS]}")
        if message["role"] == "user":
            break
    return parts


def _model(body: Mapping[str, Any]) -> str:
    model = body.get("model")
    if not isinstance(model, str) or not model.strip():
        what = "is missing" if model is None else "must be a string that is not empty"
        raise BadRequest(f"model {what}: name a capability such as auto", "model")
    if len(model) > MAX_MODEL_CHARS or not model.isprintable():
        raise BadRequest(f"model must be at most {MAX_MODEL_CHARS} printable characters", "model")
    return model


def _last_user_text(messages: Sequence[Mapping[str, Any]]) -> str:
    for message in reversed(messages):
        if message["role"] == "user":
            return plain_text(message)
    return ""


def _needs(body: Mapping[str, Any], content: Content) -> frozenset[str]:
    needs: set[str] = set()
    for key in ("tools", "functions"):
        tools = body.get(key)
        if tools is None:
            continue
        if not isinstance(tools, list):
            raise BadRequest(f"{key} must be a list", key)
        if len(tools) > MAX_TOOLS:
            raise BadRequest(f"{key} holds {len(tools)} entries, more than {MAX_TOOLS}", key)
        for index, tool in enumerate(tools):
            if not isinstance(tool, Mapping):
                raise BadRequest(f"{key}[{index}] must be an object", f"{key}[{index}]")
            content.strings(tool, f"{key}[{index}]")
        if tools:
            needs.add("tools")
    _add_format(body, content, needs)
    choices = body.get("n")
    if choices is not None:
        if not _whole(choices) or choices < 1:
            raise BadRequest("n must be a positive whole number", "n")
        if choices > 1:
            needs.add("n")
    stream = body.get("stream")
    if stream is not None and not isinstance(stream, bool):
        raise BadRequest("stream must be true or false", "stream")
    if stream:
        needs.add("stream")
    logprobs = body.get("logprobs")
    if logprobs is not None and logprobs is not False:
        needs.add("logprobs")
    return frozenset(needs)


def _add_format(body: Mapping[str, Any], content: Content, needs: set[str]) -> None:
    """``response_format`` of chat, ``text.format`` of Responses, ``output_format`` of Anthropic's
    messages."""
    given, param = body.get("response_format"), "response_format"
    if given is None and isinstance(body.get("text"), Mapping):
        given, param = body["text"].get("format"), "text.format"
    if given is None:
        given, param = body.get("output_format"), "output_format"
    if given is None or isinstance(given, str):  # a string: the format of audio or images
        return
    if not isinstance(given, Mapping) or not isinstance(given.get("type"), str):
        raise BadRequest(f"{param} must be an object with a type", param)
    if given["type"] in ("json_schema", "json_object"):
        needs.add(given["type"])
        content.strings(given, param)


def _max_output_tokens(body: Mapping[str, Any]) -> int | None:
    found: int | None = None
    for key in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        value = body.get(key)
        if value is None:
            continue
        if not _whole(value) or value < 0:
            raise BadRequest(f"{key} must be a positive whole number", key)
        found = value
    return found


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
