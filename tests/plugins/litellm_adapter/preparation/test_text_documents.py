"""Documents that are text already need no sidecar."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from plugins.litellm_adapter.preparation.text_documents import TextDocuments, data_of, name_of, text_of
from tests.plugins.litellm_adapter.preparation.ask import ask

PLAIN = "data:text/plain;base64," + base64.b64encode("Grüße".encode()).decode()
PARTS: list[tuple[dict[str, Any], str | None]] = [
    ({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hello"}}, "hello"),
    ({"type": "document", "source": {"type": "content", "content": "hello"}}, "hello"),
    (
        {
            "type": "document",
            "source": {"type": "content", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        },
        "a\n\nb",
    ),
    ({"type": "document", "source": {"type": "content", "content": [{"type": "image", "source": {}}]}}, None),
    ({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}}, None),
    ({"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}}, None),
    ({"type": "file", "file": {"file_data": PLAIN, "filename": "g.txt"}}, "Grüße"),
    ({"type": "input_file", "file_data": PLAIN, "filename": "g.txt"}, "Grüße"),
    ({"type": "file", "file": {"file_data": "data:text/plain;base64,////"}}, None),
    ({"type": "file", "file": {"file_data": "data:text/plain;base64,#"}}, None),
    ({"type": "file", "file": {"file_data": "data:text/html;base64,PGI+"}}, None),
    ({"type": "file", "file": {"file_id": "file-1"}}, None),
    ({"type": "file", "file": 5}, None),
]


@pytest.mark.parametrize(("part", "text"), PARTS)
async def test_text_is_shown_and_the_rest_is_left(part: dict[str, Any], text: str | None) -> None:
    data = {"messages": [{"role": "user", "content": [part, {"type": "text", "text": "?"}]}]}
    asked = ask(data)
    found = await TextDocuments().prepare(asked)
    assert text_of(part) == text
    shown = asked.data["messages"][0]["content"][0]
    if text is None:
        assert shown is part
        assert found.fits == ()
    else:
        assert f"\n{text}\n[End of document" in shown["text"]
        assert len(found.fits) == 1


def test_it_is_not_asked_without_documents() -> None:
    assert not TextDocuments().wants({"messages": [{"role": "user", "content": "hi"}]}, "acompletion")


def test_names_are_one_short_line() -> None:
    assert name_of({"file": {"filename": "a\nb.pdf"}}) == "ab.pdf"
    assert name_of({"title": "T" * 500}) == "T" * 120
    assert name_of({"filename": 5}) == ""
    assert data_of({"file": {"file_data": 5}}) is None
