"""Which paths are open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plugins.litellm_adapter.surface import Surface, listed, surface
from tests.support.litellm_routes import litellm_routes


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("POST", "/v1/chat/completions", Surface.JUDGED),
        ("POST", "/chat/completions", Surface.JUDGED),
        ("POST", "/v1/messages", Surface.JUDGED),
        ("POST", "/v1/responses", Surface.JUDGED),
        ("POST", "/engines/a/chat/completions", Surface.JUDGED),
        ("POST", "/openai/deployments/a/b/chat/completions", Surface.JUDGED),
        ("POST", "/v2/rerank", Surface.JUDGED),
        ("GET", "/v1/models", Surface.OTHER),
        ("GET", "/v1/models/auto", Surface.OTHER),
        ("POST", "/v1/messages/count_tokens", Surface.OTHER),
        ("GET", "/v1/responses/resp_1", Surface.OTHER),
        ("POST", "/v1/responses/resp_1/cancel", Surface.OTHER),
        ("POST", "/key/generate", Surface.OTHER),
        ("GET", "/ui", Surface.OTHER),
        ("GET", "/ui/", Surface.OTHER),
        ("POST", "/v2/login", Surface.OTHER),
        ("GET", "/health/readiness", Surface.OTHER),
        ("GET", "/console/x", Surface.OTHER),
        ("GET", "/health/capabilities", Surface.OTHER),
        ("GET", "/metrics", Surface.OTHER),
        ("GET", "/routing/costs", Surface.OTHER),
        ("POST", "/v1/responses/compact", Surface.CLOSED),
        ("POST", "/v1/responses/input_tokens", Surface.CLOSED),
        ("POST", "/models/a:generateContent", Surface.CLOSED),
        ("POST", "/v1beta/models/a:countTokens", Surface.CLOSED),
        ("POST", "/anthropic/v1/messages", Surface.CLOSED),
        ("POST", "/openai/v1/responses", Surface.CLOSED),
        ("GET", "/v1/files", Surface.JUDGED),
        ("POST", "/files", Surface.JUDGED),
        ("DELETE", "/v1/files/file-1", Surface.JUDGED),
        ("GET", "/v1/files/file-1/content", Surface.JUDGED),
        ("POST", "/v1/documents/extract", Surface.JUDGED),
        ("GET", "/v1/files/", Surface.CLOSED),
        ("GET", "/v1/files/file-1/other", Surface.CLOSED),
        ("POST", "/azure/v1/files", Surface.CLOSED),
        ("POST", "/github/mcp", Surface.CLOSED),
        ("POST", "/health/test_connection", Surface.CLOSED),
        ("GET", "/v1/chat/completions", Surface.CLOSED),
        ("DELETE", "/v1/models/auto", Surface.CLOSED),
        ("POST", "/v1/responses/resp_1", Surface.CLOSED),
        ("POST", "/config/pass_through_endpoint", Surface.CLOSED),
        ("POST", "/config/update", Surface.CLOSED),
        ("POST", "/credentials", Surface.CLOSED),
        ("DELETE", "/key/generate", Surface.CLOSED),
        ("GET", "/what/an/upgrade/brings", Surface.CLOSED),
        ("POST", "/v1/what_an_upgrade_brings", Surface.CLOSED),
        ("POST", "/v1/chat/completions/", Surface.CLOSED),
        ("POST", "//v1/chat/completions", Surface.CLOSED),
        ("OPTIONS", "/v1/models", Surface.OTHER),
        ("HEAD", "/ui/index.html", Surface.OTHER),
    ],
)
def test_surface(method: str, path: str, wanted: Surface) -> None:
    assert surface(path, method) is wanted


OPEN_TO_CONTENT = frozenset(
    {
        "/chat/completions", "/completions", "/embeddings", "/responses", "/messages", "/rerank", "/moderations",
        "/ocr",
        "/audio/speech", "/audio/transcriptions", "/audio/translations", "/images/generations", "/images/edits",
        "/images/variations", "/engines/{model:path}/chat/completions", "/engines/{model:path}/completions",
        "/engines/{model:path}/embeddings", "/openai/deployments/{model:path}/chat/completions",
        "/openai/deployments/{model:path}/completions", "/openai/deployments/{model:path}/embeddings", "/v2/rerank",
    }
)  # fmt: skip
"""Of LiteLLM's routes, with or without /v1: each goes through the hooks (``test_crossing``)."""

BY_ID = frozenset(
    {
        "/models", "/models/{model_id}", "/responses/{response_id}", "/responses/{response_id}/cancel",
        "/responses/{response_id}/input_items", "/messages/count_tokens",
    }
)  # fmt: skip


FILES = frozenset({"/files", "/files/{file_id:path}", "/files/{file_id:path}/content"})
"""Served by routes of ours, which stand before LiteLLM's."""


@pytest.fixture(scope="module")
def everything() -> frozenset[tuple[str, str]]:
    found = litellm_routes()
    assert len(found) > 500
    return found


def where(method: str, path: str) -> Surface:
    return surface(re.sub(r"\{[^}]*\}", "x1", path), method)


def test_every_route_of_litellm_is_open_on_purpose_or_closed(everything: frozenset[tuple[str, str]]) -> None:
    """A route that an upgrade of LiteLLM brings is closed; this names each that is open and in no list."""
    text = Path("plugins/litellm_adapter/open_routes.txt").read_text()
    written = {line.split(" ")[0].rstrip("*").rstrip("/") for line in text.splitlines() if line.startswith("/")}
    unknown = {
        f"{method} {path}"
        for method, path in everything
        if where(method, path) is not Surface.CLOSED
        and path.removeprefix("/v1") not in OPEN_TO_CONTENT | BY_ID | FILES
        and path.rstrip("/") not in written
    }
    assert unknown == set()
    assert sum(where(method, path) is Surface.CLOSED for method, path in everything) > 200


def test_the_list_has_no_line_that_litellm_does_not_serve(everything: frozenset[tuple[str, str]]) -> None:
    there = {path.rstrip("/") for _, path in everything}
    text = Path("plugins/litellm_adapter/open_routes.txt").read_text()
    lines = [line.split(" ")[0] for line in text.splitlines() if line.startswith("/") and "*" not in line]
    assert [line for line in lines if line.rstrip("/") not in there] == []


def test_lines_of_the_list() -> None:
    made = {p.pattern: m for m, p in listed("# a\n/a/{b}/c GET,POST\n/d/{e:path} PATCH\n/ui/* ANY\n")}
    assert made == {
        "/a/[^/]+/c": "GET POST HEAD",
        "/d/.+": "PATCH",
        "/ui/.*": "GET HEAD POST PUT PATCH DELETE HEAD",
    }
