"""Every place of a body that names content by URL, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.litellm_adapter.preparation.urls import elsewhere, found, inlined

URL = "https://files.example/a.png"
DATA = "data:image/png;base64,AAAA"


def user(part: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": f"see {URL}"}, part]}]}


PLACES: list[tuple[dict[str, Any], str]] = [
    (user({"type": "image_url", "image_url": {"url": URL}}), "messages[0].content[1].image_url.url"),
    (user({"type": "image_url", "image_url": URL}), "messages[0].content[1].image_url"),
    (user({"type": "video_url", "video_url": {"url": URL}}), "messages[0].content[1].video_url.url"),
    (user({"type": "input_audio", "input_audio": {"url": URL}}), "messages[0].content[1].input_audio.url"),
    (
        user({"type": "input_audio", "input_audio": {"data": URL, "format": "wav"}}),
        "messages[0].content[1].input_audio.data",
    ),
    (user({"type": "file", "file": {"file_id": URL}}), "messages[0].content[1].file.file_id"),
    (user({"type": "file", "file": {"file_data": URL}}), "messages[0].content[1].file.file_data"),
    (user({"type": "image", "source": {"type": "url", "url": URL}}), "messages[0].content[1].source.url"),
    (user({"type": "document", "source": {"type": "url", "url": URL}}), "messages[0].content[1].source.url"),
    (
        user({"type": "tool_result", "content": [{"type": "image", "source": {"type": "url", "url": URL}}]}),
        "messages[0].content[1].content[0].source.url",
    ),
    (
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": URL}]}]},
        "input[0].content[0].image_url",
    ),
    (
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_url": URL}]}]},
        "input[0].content[0].file_url",
    ),
    (
        {"input": [{"type": "function_call_output", "output": [{"type": "input_image", "image_url": URL}]}]},
        "input[0].output[0].image_url",
    ),
    ({"document": {"type": "document_url", "document_url": URL}}, "document.document_url"),
    ({"document": {"type": "image_url", "image_url": {"url": URL}}}, "document.image_url.url"),
    ({"tools": [{"type": "mcp", "server_label": "x", "server_url": URL}]}, "tools[0].server_url"),
]


@pytest.mark.parametrize(("body", "path"), PLACES, ids=[path for _, path in PLACES])
def test_it_is_found_wherever_it_stands(body: dict[str, Any], path: str) -> None:
    assert list(found(body)) == [(path, URL)]


@pytest.mark.parametrize(
    "body",
    [
        user({"type": "image_url", "image_url": {"url": DATA}}),
        user({"type": "file", "file": {"file_id": "file-abc123"}}),
        user({"type": "text", "text": URL}),
        {"messages": [{"role": "assistant", "content": None, "tool_calls": [{"function": {"arguments": URL}}]}]},
        {"input": [{"type": "message", "content": [{"type": "output_text", "annotations": [{"url": URL}]}]}]},
        {"input": URL},
        {"messages": [{"role": "user", "content": URL}]},
        {},
    ],
)
def test_what_is_no_content_elsewhere(body: dict[str, Any]) -> None:
    assert list(found(body)) == []


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("http://a", True),
        (" HTTPS://a", True),
        ("//a/b", True),
        ("file:///etc/passwd", True),
        ("gs://b/o", True),
        ("\\\\host\\share", True),
        ("gopher:x", True),
        (DATA, False),
        (" DATA:x;base64,AA", False),
        ("AAAA", False),
        ("file-1", False),
        ("", False),
        (None, False),
        (7, False),
    ],
)
def test_addresses(value: object, is_one: bool) -> None:
    assert elsewhere(value) is is_one


@pytest.mark.parametrize(("body", "path"), [p for p in PLACES if not p[1].startswith("tools")])
def test_what_was_fetched_stands_in_its_place(body: dict[str, Any], path: str) -> None:
    before = repr(body)
    name = next(iter(body))
    made = {name: inlined(body[name], name, {path: ("image/png", b"\0\0\0")})}
    assert list(found(made)) == []
    assert "AAAA" in repr(made)
    assert repr(body) == before, "nothing is changed in place"
