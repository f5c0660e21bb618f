"""What the checks look at: an answer, and what was asked for.

Knows: OpenAI's chat completion request and answer as plain dicts. Does not know: checks, deployments, JSON Schema (who
calls gives ``fits``). https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Fits = Callable[[Any, Mapping[str, Any]], bool]
"""Whether a value fits a JSON Schema; True where the schema itself cannot be read."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that the model asks for; ``arguments`` as it wrote them."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One choice. ``logprobs``: of its tokens, where given. ``refused``: the model said itself that it refuses."""

    text: str = ""
    finish_reason: str | None = "stop"
    tool_calls: tuple[ToolCall, ...] = ()
    logprobs: tuple[float, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """``text``: the last user turn. ``json``: an object was asked for; ``schema``: the one that it must fit.
    ``tools``: parameter schemas by tool name. ``length_set``: the caller bounded the answer. ``modalities``: of the
    request's content."""

    text: str = ""
    intent: str | None = None
    modalities: frozenset[str] = frozenset({"text"})
    json: bool = False
    schema: Mapping[str, Any] | None = None
    tools: Mapping[str, Mapping[str, Any]] | None = None
    length_set: bool = False
    min_logprob: float = -1.5
    fits: Fits = lambda _value, _schema: True


def asked_of(body: Mapping[str, Any], **more: Any) -> Asked:
    """What a chat body asks for. ``more``: the fields that the body does not tell."""
    given = body.get("response_format")
    wanted: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    holder = wanted.get("json_schema")
    schema = holder.get("schema") if isinstance(holder, Mapping) else None
    bounded = any(body.get(name) is not None for name in ("max_tokens", "max_completion_tokens"))
    return Asked(
        json=wanted.get("type") in ("json_object", "json_schema"),
        schema=schema if wanted.get("type") == "json_schema" and isinstance(schema, Mapping) else None,
        tools=_tools(body.get("tools")),
        length_set=bounded,
        **more,
    )


def _tools(given: object) -> Mapping[str, Mapping[str, Any]] | None:
    if not isinstance(given, list) or not given:
        return None
    found: dict[str, Mapping[str, Any]] = {}
    for tool in given:
        function = tool.get("function") if isinstance(tool, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            return None  # a kind of tool that is not known here: nothing can be said about its calls
        schema = function.get("parameters")
        found[function["name"]] = schema if isinstance(schema, Mapping) else {}
    return found


def answers_of(completion: Mapping[str, Any]) -> tuple[Answer, ...]:
    """The choices of a chat completion; () where it is something else."""
    choices = completion.get("choices")
    return tuple(_answer(c) for c in choices if isinstance(c, Mapping)) if isinstance(choices, list) else ()


def _answer(choice: Mapping[str, Any]) -> Answer:
    message = choice.get("message")
    message = message if isinstance(message, Mapping) else {}
    content = message.get("content")
    thought = message.get("reasoning_content")
    calls = message.get("tool_calls") or (
        [{"function": message["function_call"]}] if message.get("function_call") else ()
    )
    held = choice.get("logprobs")
    tokens = held.get("content") if isinstance(held, Mapping) else None
    return Answer(
        text=content if isinstance(content, str) else "",
        finish_reason=choice.get("finish_reason"),
        tool_calls=tuple(_call(c) for c in calls),
        logprobs=tuple(float(t["logprob"]) for t in tokens or () if isinstance(t, Mapping) and "logprob" in t),
        # A list of parts, audio, or thought alone: nothing here can judge it, and it is not empty.
        refused=bool(
            message.get("refusal") or message.get("audio") or isinstance(content, list) or (thought and not content)
        ),
    )


def _call(call: Any) -> ToolCall:
    function = call.get("function") if isinstance(call, Mapping) else None
    function = function if isinstance(function, Mapping) else {}
    return ToolCall(str(function.get("name") or ""), str(function.get("arguments") or ""))
