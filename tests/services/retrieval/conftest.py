"""The real encoders and a real Redis, started once; the service in this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.database.paths import StatePaths
from services.database.redis import Redis
from services.retrieval.minilm.convert import QUICK
from services.retrieval.minilm.encoder import Encoder, open_encoder
from tests.services.retrieval.desk import Desk


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return open_encoder(Path(tmp_path_factory.mktemp("encoder")))


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return open_encoder(Path(tmp_path_factory.mktemp("quick")), QUICK)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = Redis(StatePaths.of(tmp_path_factory.mktemp("redis")))
    server.launch()
    server.wait_ready()
    yield server.url
    server.stop()


@pytest.fixture
def desk(tmp_path: Path, redis_url: str, encoder: Encoder, quick: Encoder) -> Iterator[Desk]:
    made = Desk(tmp_path, redis_url, encoder, quick)
    with made.client:
        yield made
        made.worker.close()
