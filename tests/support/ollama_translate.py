"""Ollama's requests and answers against OpenAI's, for the stand-in.

Knows: the two shapes. Does not know: servers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

_OPTIONS: Mapping[str, str] = {
    "num_predict": "max_tokens", "temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "stop": "stop",
    "seed": "seed", "presence_penalty": "presence_penalty", "frequency_penalty": "frequency_penalty",
    "repeat_penalty": "repeat_penalty",
}  # fmt: skip


def chat_request(body: Mapping[str, Any]) -> Json:
    """An /api/chat or /api/generate request as one for llama.cpp; always streamed, so that leaving cancels."""
    messages = body.get("messages")
    if messages is None:
        system = [{"role": "system", "content": body["system"]}] if body.get("system") else []
        messages = [*system, {"role": "user", "content": body.get("prompt") or ""}]
    request: Json = {
        "messages": [_message(m) for m in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        **{_OPTIONS[k]: v for k, v in (body.get("options") or {}).items() if k in _OPTIONS},
    }
    shape = body.get("format")
    if shape == "json":
        request["response_format"] = {"type": "json_object"}
    elif isinstance(shape, dict) and shape:
        request["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": shape}}
    if body.get("tools"):
        request["tools"] = body["tools"]
        # A model decides for itself; the tiny one cannot, so it is made to call where a tool is spoken of by name.
        last = str(messages[-1].get("content") or "") if messages else ""
        if any(str(t.get("function", {}).get("name")) in last for t in body["tools"]):
            request["tool_choice"] = "required"
    return request


def _message(message: Mapping[str, Any]) -> Json:
    """One message; images become a word, because the tiny model has no eyes."""
    content = str(message.get("content") or "") + " [image]" * len(message.get("images") or ())
    told: Json = {"role": message.get("role", "user"), "content": content}
    calls = message.get("tool_calls")
    if calls:
        told["tool_calls"] = [
            {
                "id": f"call_{i}",
                "type": "function",
                "function": {
                    "name": c["function"]["name"],
                    "arguments": json.dumps(c["function"].get("arguments", {})),
                },
            }
            for i, c in enumerate(calls)
        ]
    if message.get("role") == "tool":
        told["tool_call_id"] = message.get("tool_call_id") or "call_0"
    return told


def tool_calls(deltas: Iterable[Mapping[str, Any]]) -> list[Json]:
    """OpenAI's streamed pieces of tool calls as Ollama's whole ones, whose arguments are objects."""
    calls: dict[int, Json] = {}
    for delta in deltas:
        call = calls.setdefault(int(delta.get("index", 0)), {"name": "", "arguments": ""})
        function = delta.get("function") or {}
        call["name"] += function.get("name") or ""
        call["arguments"] += function.get("arguments") or ""
    whole = [calls[i] for i in sorted(calls)]
    return [{"function": {"name": c["name"], "arguments": json.loads(c["arguments"] or "{}")}} for c in whole]


def piece(name: str, now: str, generate: bool, text: str, calls: list[Json] | None = None) -> Json:
    """One line of a stream."""
    if generate:
        return {"model": name, "created_at": now, "response": text, "done": False}
    message: Json = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = calls
    return {"model": name, "created_at": now, "message": message, "done": False}


def final_chunk(name: str, now: str, generate: bool, told: Mapping[str, Any], started: int) -> Json:
    """The last line: why it ended and what it took (times in ns)."""
    usage = told.get("usage") or {}
    took = time.perf_counter_ns() - started
    finish = "length" if told.get("finish") == "length" else "stop"
    return {
        **piece(name, now, generate, ""),
        "done": True,
        "done_reason": finish,
        "total_duration": took,
        "load_duration": 1,
        "prompt_eval_count": usage.get("prompt_tokens", 0),
        "prompt_eval_duration": 1,
        "eval_count": usage.get("completion_tokens", 0),
        "eval_duration": took,
    }


def embed_answer(name: str, answer: Mapping[str, Any]) -> Json:
    """OpenAI's embeddings as Ollama's."""
    vectors = [d["embedding"] for d in answer.get("data", ())]
    count = (answer.get("usage") or {}).get("prompt_tokens", 0)
    return {"model": name, "embeddings": vectors, "total_duration": 1, "load_duration": 1, "prompt_eval_count": count}
