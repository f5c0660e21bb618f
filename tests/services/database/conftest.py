"""One real database part for the whole session, and one engine on it."""

from collections.abc import Iterator

import pytest

from tests.services.database.support import RunningEngine, RunningPart


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPart]:
    part = RunningPart(tmp_path_factory.mktemp("database")).start().until_ready()
    yield part
    assert part.end() == 0, part.output


@pytest.fixture(scope="session")
def engine(database: RunningPart) -> Iterator[RunningEngine]:
    running = RunningEngine(database.gateway()).start()
    yield running
    running.end()
