"""Live state and the log, told by the life of requests."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from plugins.litellm_adapter.gateway import Gateway, base_dir, conversation_secret, open_gateway
from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.load import ConfigError
from tests.plugins.litellm_adapter import facts


class Log:
    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.written = asyncio.Event()

    def put(self, row: Any) -> None:
        self.rows.append(row)
        self.written.set()

    def close(self) -> None: ...


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def gateway(log: Log) -> Gateway:
    return facts.gateway(log)


def test_a_success_is_counted_and_logged_once(gateway: Gateway, log: Log) -> None:
    trace = facts.trace()
    gateway.attempt(trace, "dep-small")
    assert gateway.live.snapshot()["dep-small"].load > 0
    gateway.end(trace, 200)
    gateway.end(trace, 200)
    assert gateway.live.snapshot()["dep-small"].load == 0
    assert gateway.live.snapshot()["dep-small"].healthy
    assert [row.deployment for row in log.rows] == ["dep-small"]


def test_a_fallback_counts_against_the_first_and_names_the_second(gateway: Gateway, log: Log) -> None:
    trace = facts.trace()
    gateway.attempt(trace, "dep-small")
    trace.attempt_status = 500
    gateway.attempt(trace, "dep-big")
    gateway.end(trace, 200)
    live = gateway.live.snapshot()
    assert not live["dep-small"].healthy
    assert live["dep-big"].healthy
    assert log.rows[0].model_group == "big"


@pytest.mark.parametrize(
    ("status", "healthy"), [(400, True), (413, True), (429, False), (401, False), (500, False), (502, False), (0, True)]
)
def test_what_says_something_about_a_deployment(gateway: Gateway, status: int, healthy: bool) -> None:
    trace = facts.trace()
    gateway.attempt(trace, "dep-small")
    gateway.end(trace, status)
    assert gateway.live.snapshot()["dep-small"].healthy is healthy


async def test_a_streams_record_waits_for_its_tokens(
    gateway: Gateway, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.litellm_adapter.gateway.USAGE_WAIT_S", 0.01)
    trace = facts.trace(stream=True, edge=True)
    gateway.attempt(trace, "dep-small")
    gateway.end(trace, 200)
    assert not log.rows
    await asyncio.wait_for(log.written.wait(), 5)


def test_without_an_edge_the_usage_is_the_end(gateway: Gateway, log: Log) -> None:
    gateway.on_usage(facts.trace(edge=True))
    assert not log.rows
    gateway.on_usage(facts.trace())
    assert len(log.rows) == 1


def test_what_was_not_decided_is_not_logged(gateway: Gateway, log: Log) -> None:
    gateway.end(Trace(), 400)
    assert not log.rows


def test_a_swap_changes_policy_and_places(gateway: Gateway) -> None:
    text = "model_list: []\ngateway: {boundary: {zones: {local: public}}}\n"
    assert gateway.safe
    gateway.swap(facts.config(text), facts.router(text))
    assert not gateway.safe
    assert gateway.router.deployments == ()


async def test_opening_reads_the_file_and_warms_up(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(facts.YAML)
    built: list[Any] = []

    def build(config: Any, *, base_dir: Any = None) -> Any:
        built.append(config)
        return facts.router()

    opened = await open_gateway(path, tmp_path, build)
    assert len(built) == 1
    assert opened.log is not None
    path.write_text("gateway: [")
    with pytest.raises(ConfigError):
        await open_gateway(path, tmp_path, build)


def test_conversation_ids_depend_on_a_secret() -> None:
    assert conversation_secret({"LITELLM_SALT_KEY": "a"}) != conversation_secret({"LITELLM_SALT_KEY": "b"})
    assert conversation_secret({"LITELLM_SALT_KEY": "a"}) == conversation_secret(
        {"LITELLM_SALT_KEY": "a", "LITELLM_MASTER_KEY": "c"}
    )


def test_relative_paths_mean_the_users_own_folder(tmp_path: Path) -> None:
    assert base_dir({}) is None
    assert base_dir({"SIGNALBOX_CONFIG": str(tmp_path / "x.yaml")}) == tmp_path.resolve()
