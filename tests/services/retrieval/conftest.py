"""The real encoders, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.retrieval.minilm.convert import QUICK
from services.retrieval.minilm.encoder import Encoder, open_encoder


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return open_encoder(Path(tmp_path_factory.mktemp("encoder")))


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return open_encoder(Path(tmp_path_factory.mktemp("quick")), QUICK)
