"""What a request for extraction asks for. The route runs in tests/e2e/test_documents.py."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from plugins.litellm_adapter.document_routes import Wanted, _asked, _from_json, _line, _pages
from plugins.litellm_adapter.own_call import Target
from services.common.errors import ApiError

URI = "data:text/markdown;base64,IyB4"


def test_json_with_its_options() -> None:
    assert _from_json({"file_id": "file-1"}) == Wanted("ocr", {"format": "json"}, False, file_id="file-1")
    body = {"file_data": URI, "filename": "a.md", "pages": "1-2", "boxes": True, "tables": "false", "stream": True}
    assert _from_json(body) == Wanted(
        "ocr", {"pages": "1-2", "boxes": "true", "tables": "false", "format": "json"}, True, b"# x", "text/markdown",
        "a.md",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "file_id"),
        ({"file_data": URI, "format": "xml"}, "format"),
        ({"file_data": URI, "format": "markdown", "stream": True}, "format"),
    ],
)
def test_wrong_requests(body: dict[str, Any], param: str) -> None:
    with pytest.raises(ApiError) as caught:
        _from_json(body)
    assert caught.value.param == param


def test_pages_that_are_charged() -> None:
    head = '{"head": {"pages": 300}}'
    assert _pages(head, None) == 300
    assert _pages(head, "1-7, 9,9") == 8


def test_lines_and_events() -> None:
    assert _line('{"a": 1}', False) == b'{"a": 1}\n'
    assert _line('{"a": 1}', True) == b'data: {"a": 1}\n\n'


async def test_a_foreign_model_is_refused_and_errors_are_the_services() -> None:
    def answers(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/files/a%2Fb/extract" or request.url.raw_path.startswith(b"/files/a%2Fb/extract")
        assert request.headers["x-signalbox-key-id"] == "k"
        return httpx.Response(404, json={"error": {"message": "none", "code": "file_not_found"}})

    wanted = Wanted("ocr", {}, False, file_id="a/b")
    async with httpx.AsyncClient(transport=httpx.MockTransport(answers)) as http:
        with pytest.raises(Exception, match="leave model out"):
            await _asked(http, Target("d", "m", "http://x", False), wanted, {})
        with pytest.raises(Exception, match="none"):
            await _asked(http, Target("d", "m", "http://x", True), wanted, {"x-signalbox-key-id": "k"})
