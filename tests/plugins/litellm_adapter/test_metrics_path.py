from __future__ import annotations

from typing import Any

import pytest

from plugins.litellm_adapter.metrics_path import MetricsPath


@pytest.mark.parametrize(
    ("kind", "path", "inside"),
    [
        ("http", "/metrics", "/routing/metrics"),
        ("http", "/metrics/", "/metrics/"),
        ("http", "/v1/metrics", "/v1/metrics"),
        ("websocket", "/metrics", "/metrics"),
    ],
)
async def test_only_the_one_path_is_renamed(kind: str, path: str, inside: str) -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    given = {"type": kind, "path": path, "raw_path": path.encode()}
    await MetricsPath(app)(given, None, None)
    assert (seen[0]["path"], seen[0]["raw_path"]) == (inside, inside.encode())
    assert given["path"] == path
