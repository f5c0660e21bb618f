"""One real database part for the whole session, and one engine on it."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

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


@pytest.fixture
async def db(database: RunningPart, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """A connected client; the tables that it is used on are emptied afterwards."""
    for name, value in database.gateway().items():
        monkeypatch.setenv(name, value)
    from prisma import Prisma

    client = Prisma()
    await client.connect()
    yield client
    await client.disconnect()
    with database.connect() as connection:
        connection.execute(
            'TRUNCATE "LiteLLM_VerificationToken", "LiteLLM_UserTable", "LiteLLM_TeamTable", "LiteLLM_SpendLogs", '
            '"LiteLLM_OrganizationTable", "LiteLLM_BudgetTable", "LiteLLM_TeamMembership", "LiteLLM_DailyUserSpend", '
            '"LiteLLM_SkillsTable" CASCADE'
        )
