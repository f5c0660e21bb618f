"""Made-up people and places, made once: it takes seconds."""

from __future__ import annotations

import pytest

from plugins.detectors.names import pools as pools_module
from plugins.detectors.names.pools import Pools


@pytest.fixture(scope="session")
def pools() -> Pools:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pools_module, "LOCALES", ("en_US", "de_DE", "pl_PL", "el_GR"))
        return Pools.make(1)
