"""A file server on loopback, and no way through a proxy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.models.file_server import FileServer, file_server
from tests.support.tiny_gguf import tiny_gguf

__all__ = ["tiny_gguf"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with file_server() as running:
        yield running
