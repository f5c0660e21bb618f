"""One running system for all end-to-end tests of a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.site import Site, running_site
from tests.support.tiny_gguf import tiny_gguf

__all__ = ["tiny_gguf"]


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, tiny_gguf: Path) -> Iterator[Site]:
    """The shared system: two local deployments and one cloud."""
    with running_site(tmp_path_factory.mktemp("site"), tiny_gguf) as running:
        yield running
