"""Seeded cases for the wall: every route, every crossing, and combinations of them.

Knows: request bodies and what makes one confined. Does not know: HTTP clients, servers. A case is confined unless it is
plain text that was declared public; then no byte of its marker may reach a cloud, whatever else is in it.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.wall.tables import (
    CHAT_MODELS,
    CLOSED_ROUTES,
    FORM_ROUTES,
    JSON_ROUTES,
    ODD_NAMES,
    SECRETS,
    STEERING,
    WORDS,
)


@dataclass(frozen=True, slots=True)
class Case:
    """``headers``: beside the key. ``form``: fields and a file instead of JSON."""

    number: int
    path: str
    model: str
    marker: str
    confined: bool
    why: str
    body: dict[str, Any] = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)
    form: bool = False

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))


def cases(seed: int, count: int) -> Iterator[Case]:
    """``count`` different cases, always the same for one seed."""
    rng = random.Random(seed)
    seen: set[str] = set()
    for number in range(count):
        marker = " and ".join(rng.choices(WORDS, k=12))
        while marker in seen:
            marker = " and ".join(rng.choices(WORDS, k=12))
        seen.add(marker)
        kind = rng.choices(("json", "form", "closed"), (80, 6, 14))[0]
        make = {"json": _json_case, "form": _form_case, "closed": _closed_case}[kind]
        yield make(rng, number, marker)


def _class(rng: random.Random) -> tuple[bool, str, dict[str, str]]:
    """(confined by its label, why, headers)."""
    said = rng.choice(("public", "public", "internal", "restricted", None, None))
    headers = {"x-signalbox-data-class": said} if said else {}
    return said != "public", said or "unlabelled", headers


def _json_case(rng: random.Random, number: int, marker: str) -> Case:
    path = rng.choices(JSON_ROUTES, (30, 4, 8, 14, 14, 8, 4, 4, 3, 3, 3, 3, 2))[0]
    confined, why, headers = _class(rng)
    text = f"write a poem about a river that is {marker}"
    if not confined and rng.random() < 0.4:
        text, confined, why = f"{text}; {rng.choice(SECRETS)}", True, "public with something in it"
    model = rng.choice(_models(path)) if rng.random() < 0.93 else rng.choice(ODD_NAMES)
    if not confined and path.startswith("/v1/") and rng.random() < 0.6:
        model = {"/v1/embeddings": "far-embed"}.get(path, rng.choice(("far", "far-anthropic")))
    body = {"model": model, **_content(rng, path, text)}
    if path.endswith(("completions", "responses", "messages")) and rng.random() < 0.4:
        body["stream"] = True
    if not confined and path.endswith("chat/completions") and rng.random() < 0.25:
        body["messages"].append({"role": "user", "content": [_unreadable(rng, marker)]})
        confined, why = True, "public with something that nobody reads"
    if rng.random() < 0.4:
        steering = rng.choice(STEERING)
        body |= {k: v for k, v in steering.items() if v is not None}
    return Case(number, path, model, marker, confined, why, body, headers)


def _models(path: str) -> tuple[str, ...]:
    own = {
        "embeddings": "far-embed",
        "generations": "far-image",
        "speech": "far-speech",
        "rerank": "far-rank",
        "moderations": "far-moderate",
        "ocr": "far-ocr",
    }
    name = own.get(path.rsplit("/", 1)[-1])
    return CHAT_MODELS if name is None else (name, name, "embed", "ocr", "speech", "far", "near", "auto")


def _content(rng: random.Random, path: str, text: str) -> dict[str, Any]:
    last = path.rsplit("/", 1)[-1]
    if path.endswith("chat/completions"):
        return {"messages": _messages(rng, text), "max_tokens": 16}
    if last == "completions":
        return {"prompt": rng.choice((text, [text, "another"])), "max_tokens": 16}
    if last == "responses":
        given = rng.choice((text, [{"role": "user", "content": [{"type": "input_text", "text": text}]}]))
        return {"input": given, **({"instructions": text} if rng.random() < 0.3 else {})}
    if last == "messages":
        parts = [{"type": "text", "text": text}]
        return {
            "max_tokens": 16,
            "messages": [{"role": "user", "content": rng.choice((text, parts))}],
            **({"system": text} if rng.random() < 0.3 else {}),
        }
    if last == "rerank":
        return {"query": text, "documents": [text, "another"]}
    if last == "ocr":
        uri = f"data:application/pdf;base64,{base64.b64encode(text.encode()).decode()}"
        return {"document": {"type": "document_url", "document_url": uri}}
    if last == "generations":
        return {"prompt": text, "n": 1}
    return {"input": rng.choice((text, [text])) if last != "speech" else text, "voice": "alloy"}


def _messages(rng: random.Random, text: str) -> list[dict[str, Any]]:
    """The text in one of the places where a conversation can hold it."""
    ask = {"role": "user", "content": "please go on with the poem about the river"}
    call = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": json.dumps({"q": text})}}
    half = len(text) // 2
    places: tuple[list[dict[str, Any]], ...] = (
        [{"role": "user", "content": text}],
        [{"role": "system", "content": text}, ask],
        [{"role": "user", "content": [{"type": "text", "text": text[:half]}, {"type": "text", "text": text}]}],
        [ask, {"role": "assistant", "content": text}, ask],
        [
            ask,
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "content": text},
            ask,
        ],
    )
    return rng.choice(places)


def _unreadable(rng: random.Random, marker: str) -> dict[str, Any]:
    raw = base64.b64encode(marker.encode()).decode()
    return rng.choice(
        (
            {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{raw}"}},
            {"type": "image_url", "image_url": {"url": f"https://elsewhere.example/{marker.replace(' ', '-')}"}},
            {"type": "input_audio", "input_audio": {"data": raw, "format": "wav"}},
            {"type": "file", "file": {"filename": "a.bin", "file_data": f"data:application/octet-stream;base64,{raw}"}},
            {"type": "file", "file": {"file_id": "https://elsewhere.example/a"}},
        )
    )


def _form_case(rng: random.Random, number: int, marker: str) -> Case:
    path = rng.choice(FORM_ROUTES)
    _, _, headers = _class(rng)
    model = rng.choice(("far-ears", "far-image", "transcribe", "far"))
    body = {"model": model, "prompt": marker, "purpose": "assistants"}
    return Case(number, path, model, marker, True, "a file that nobody reads", body, headers, form=True)


def _closed_case(rng: random.Random, number: int, marker: str) -> Case:
    path = rng.choice(CLOSED_ROUTES)
    text = f"a river that is {marker}"
    body = {
        "model": "far",
        "messages": [{"role": "user", "content": text}],
        "input": text,
        "query": text,
        "name": text,
        "contents": [{"parts": [{"text": text}]}],
        "max_tokens": 16,
        "target": "https://elsewhere.example",
    }
    return Case(number, path, "far", marker, True, "a closed route", body, {"x-signalbox-data-class": "public"})
