"""One real database with LiteLLM's tables for this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.backup.server import started
from services.database.migrate import migrate
from services.database.paths import StatePaths


@pytest.fixture(scope="session")
def database_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """(state directory, URL) of a running Postgres."""
    state = tmp_path_factory.mktemp("erasure")
    with started(StatePaths.of(state)) as url:
        migrate(url)
        yield state, url
