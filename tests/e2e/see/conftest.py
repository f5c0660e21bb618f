"""One running system for all tests of what can be seen: costs, figures, traces."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.see.box import Box, running_box


@pytest.fixture(scope="package")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """Two workers, Postgres, the console; a machine of one's own with a rate, and a frontier with a price."""
    with running_box(tmp_path_factory.mktemp("see")) as running:
        yield running
