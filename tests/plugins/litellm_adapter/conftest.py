"""One real gateway for all of this folder's tests: two places on loopback, one of them the "cloud"."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.proxy import Proxy, gateway
from tests.support.rendered import deployment, rendered


@dataclass(frozen=True)
class World:
    """A running gateway: groups ``small`` and ``big`` at ``local``, ``frontier`` at ``cloud``, ``mixed`` at both."""

    proxy: Proxy
    local: FakeCloud
    cloud: FakeCloud
    config: Path


@pytest.fixture(scope="session")
def running_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    tmp = tmp_path_factory.mktemp("gateway")
    with fake_cloud("local") as local, fake_cloud("cloud") as cloud:
        config = tmp / "litellm.yaml"
        config.write_text(rendered(model_list(local, cloud)))
        # Keys of real providers in the environment: a pass-through would use them, so none may be open.
        with gateway(config, tmp, env={"OPENAI_BASE_URL": f"{cloud.url}/v1"}) as proxy:
            yield World(proxy, local, cloud, config)


def model_list(local: FakeCloud, cloud: FakeCloud) -> list[dict[str, object]]:
    """What the shared gateway is started on."""
    return [
        deployment("small", "small-m", local.url, "local", "small"),
        deployment("big", "big-m", local.url, "local", "large"),
        deployment("frontier", "cloud-m", cloud.url, "cloud", "frontier"),
        deployment("mixed", "mixed-local-m", local.url, "local", "small", id="dep-mixed-local"),
        deployment("mixed", "mixed-cloud-m", cloud.url, "cloud", "small", id="dep-mixed-cloud"),
        deployment("mirror", "mirror-m", local.url, "local", "small", params={"silent_model": "frontier"}),
        deployment("ranked", "ranked-m", local.url, "local", "small", id="dep-r1", params={"order": 1}),
        deployment("ranked", "ranked-cloud-m", cloud.url, "cloud", "small", id="dep-r2", params={"order": 2}),
        deployment("vectors", "vector-m", local.url, "local", "small", mode="embedding"),
        deployment("vectors-cloud", "vector-m", cloud.url, "cloud", "small", mode="embedding"),
    ]


@pytest.fixture
def world(running_world: World) -> Iterator[World]:
    """The shared gateway, its places well-behaved and with nothing received."""
    running_world.local.reset()
    running_world.cloud.reset()
    yield running_world
    assert running_world.proxy.process.poll() is None, "the gateway died"
