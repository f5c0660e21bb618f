"""One running system for all tests of keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.keys.desk import Desk, running_desk


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Two gateway workers, Postgres and Redis, two model groups with prices."""
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running
        running.close()
