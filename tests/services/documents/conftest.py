"""One extraction for all tests of this folder: its fork server is slow to start, its jobs are not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from services.documents.extraction import Extraction, whole
from services.documents.jobs import Jobs
from services.documents.settings import Limits
from services.documents.worker import Job

Read = Callable[..., Any]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a file with some limits: ``await read(path, "name.pdf", limits=Limits(...), **job)``."""

    async def reading(path: Path, name: str = "", *, limits: Limits | None = None, **job: Any) -> dict[str, Any]:
        extraction = Extraction(Jobs(limits or Limits()), tmp_path / "spool")
        return await whole(extraction.messages(Job(path, name or path.name, **job), "digest"))

    return reading


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Writes bytes to a file of that name."""

    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


async def collected(messages: AsyncIterator[Any]) -> list[Any]:
    """All of them."""
    return [message async for message in messages]
