"""Which paths are open."""

from __future__ import annotations

import pytest

from plugins.litellm_adapter.surface import Surface, surface


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
        ("GET", "/ui/", Surface.OTHER),
        ("POST", "/v2/login", Surface.OTHER),
        ("GET", "/health/readiness", Surface.OTHER),
        ("GET", "/console/x", Surface.OTHER),
        ("POST", "/v1/responses/compact", Surface.CLOSED),
        ("POST", "/v1/responses/input_tokens", Surface.CLOSED),
        ("POST", "/models/a:generateContent", Surface.CLOSED),
        ("POST", "/v1beta/models/a:countTokens", Surface.CLOSED),
        ("POST", "/anthropic/v1/messages", Surface.CLOSED),
        ("POST", "/openai/v1/responses", Surface.CLOSED),
        ("GET", "/v1/files", Surface.CLOSED),
        ("POST", "/azure/v1/files", Surface.CLOSED),
        ("POST", "/github/mcp", Surface.CLOSED),
        ("POST", "/health/test_connection", Surface.CLOSED),
    ],
)
def test_surface(method: str, path: str, wanted: Surface) -> None:
    assert surface(path, method) is wanted
