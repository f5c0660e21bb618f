"""The other routes' bodies as chat messages, so that signals need to know one shape only.

Knows: completions, Responses, Anthropic messages, embeddings, rerank, speech, images, moderation. Does not
know: what the messages mean; they are checked afterwards like any others. Contents are referenced, not
copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.routing.content import BadRequest, Content
from plugins.routing.types import Mode

Message = dict[str, Any]

ROUTES: tuple[tuple[str, Mode, str], ...] = (
    ("chat/completions", "chat", "chat"),
    ("completions", "completion", "prompt"),
    ("responses", "chat", "responses"),
    ("messages", "chat", "anthropic"),
    ("embeddings", "embedding", "input"),
    ("rerank", "rerank", "rerank"),
    ("audio/transcriptions", "audio_transcription", "audio"),
    ("audio/translations", "audio_transcription", "audio"),
    ("audio/speech", "audio_speech", "input"),
    ("images/", "image_generation", "prompt"),
    ("moderations", "moderation", "input"),
    ("ocr", "ocr", "document"),
)
"""Part of a route's path, the mode it asks for, and the shape of its body; the first that fits counts."""


def mode_and_shape(route: str) -> tuple[Mode, str]:
    """What a path asks for; a path that is not known is read as chat."""
    for fragment, mode, shape in ROUTES:
        if fragment in route:
            return mode, shape
    return "chat", "chat"


def messages_of(body: Mapping[str, Any], shape: str, content: Content) -> Sequence[Mapping[str, Any]]:
    """The body's messages, checked and counted into ``content``. Raises BadRequest with the body's own
    path."""
    if shape == "responses":
        return content.messages(_from_responses(body), "input")
    if shape == "anthropic":
        return content.messages(_from_anthropic(body), "messages")
    if shape in ("prompt", "input"):
        return _from_texts(body.get(shape), shape, content)
    if shape == "rerank":
        content.strings(body.get("documents"), "documents")
        return _from_texts(body.get("query"), "query", content)
    if shape == "audio":
        content.modalities.add("audio")
        return ()
    if shape == "document":
        content.modalities.add("file")
        return ()
    return content.messages(body.get("messages"))


def _from_texts(value: object, param: str, content: Content) -> Sequence[Mapping[str, Any]]:
    """A string, a list of strings, tokens, or a list of token lists (completions and embeddings)."""
    if value is None:
        raise BadRequest(f"{param} is missing", param)
    if isinstance(value, str):
        return content.messages([{"role": "user", "content": value}], param)
    if not isinstance(value, list) or not value:
        raise BadRequest(f"{param} must be a string or a list that is not empty", param)
    messages: list[Message] = []
    for index, item in enumerate(value):
        if isinstance(item, str):
            content.text(item, f"{param}[{index}]")
            messages.append({"role": "user", "content": item})
        elif isinstance(item, int) and not isinstance(item, bool):
            content.tokens += 1
            content.opaque = True
        elif isinstance(item, list) and all(isinstance(token, int) for token in item):
            content.tokens += len(item)
            content.opaque = True
        elif isinstance(item, Mapping) and param == "input":  # moderation of images
            content.messages([{"role": "user", "content": [item]}], f"{param}[{index}]")
            messages.append({"role": "user", "content": [item]})
        else:
            raise BadRequest(f"{param}[{index}] must be a string or tokens", f"{param}[{index}]")
    return messages


def _from_responses(body: Mapping[str, Any]) -> list[Any]:
    """https://platform.openai.com/docs/api-reference/responses: ``instructions`` and ``input``, a string or
    items."""
    messages: list[Any] = []
    if body.get("instructions") is not None:
        messages.append({"role": "system", "content": body["instructions"]})
    given = body.get("input")
    if isinstance(given, str):
        return [*messages, {"role": "user", "content": given}]
    if not isinstance(given, list) or not given:
        raise BadRequest("input must be a string or a list of items that is not empty", "input")
    messages.extend(_responses_item(item, f"input[{i}]") for i, item in enumerate(given))
    return messages


def _responses_item(item: object, param: str) -> Message:
    if not isinstance(item, Mapping):
        raise BadRequest(f"{param} must be an object", param)
    kind = item.get("type", "message")
    if kind == "message" or "role" in item:
        return {"role": item.get("role"), "content": item.get("content")}
    if kind == "function_call_output":
        output = item.get("output")
        return {"role": "tool", "content": output if isinstance(output, str | list) else None}
    # Calls, reasoning, references: said by the model or by a tool before, so never the ask. All of it is counted.
    return {"role": "assistant", "content": None, "item": item}


def _from_anthropic(body: Mapping[str, Any]) -> list[Any]:
    """https://docs.anthropic.com/en/api/messages: ``system`` beside ``messages``; tool results stand in user
    turns."""
    given = body.get("messages")
    if not isinstance(given, list) or not given:
        raise BadRequest("messages must be a list that is not empty", "messages")
    messages: list[Any] = []
    if body.get("system") is not None:
        messages.append({"role": "system", "content": body["system"]})
    for message in given:
        content = message.get("content") if isinstance(message, Mapping) else None
        if isinstance(content, list) and message.get("role") == "user":
            messages.extend(_split_tool_results(content))
        else:
            messages.append(message)
    return messages


def _split_tool_results(parts: list[Any]) -> list[Message]:
    """One user turn as the tool results in it, then what the person said."""
    said: list[Any] = []
    found: list[Message] = []
    for part in parts:
        if isinstance(part, Mapping) and part.get("type") == "tool_result":
            output = part.get("content")
            found.append({"role": "tool", "content": output if isinstance(output, str | list) else None})
        else:
            said.append(part)
    return [*found, {"role": "user", "content": said}] if said or not found else found
