"""Following the file, with a small holder of deployments in LiteLLM's place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.reload import Reloader, stamp, with_secrets
from plugins.routing.config.load import Config
from plugins.routing.router import Router
from tests.plugins.litellm_adapter import facts


class Holder:
    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.done: list[tuple[str, str, int]] = []
        self.held = {"dep-small", "dep-big", "dep-cloud"}

    def ids(self) -> set[str]:
        return set(self.held)

    def upsert(self, entry: Mapping[str, Any]) -> None:
        self.held.add(entry["model_info"]["id"])
        self.done.append(("upsert", entry["model_info"]["id"], len(self.gateway.router.deployments)))

    def delete(self, deployment_id: str) -> None:
        self.held.discard(deployment_id)
        self.done.append(("delete", deployment_id, len(self.gateway.router.deployments)))


def _build(config: Config, previous: Router) -> Router:
    base = facts.router()
    return Router(config.spec, config.deployments, (), (), base.selection)


def _rewrite(path: Path, text: str) -> None:
    before = stamp(path)
    path.write_text(text)
    os.utime(path, ns=(1, (before[0] if before else 0) + 1_000_000))


async def test_new_ones_come_first_then_the_policy_then_old_ones_go(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(facts.YAML)
    gateway = facts.gateway()
    holder = Holder(gateway)
    reloader = Reloader(gateway, path, holder, _build)
    assert not await reloader.look()
    lines = [line for line in facts.YAML.splitlines() if "dep-big" not in line and "dep-cloud" not in line]
    _rewrite(path, "\n".join(lines).replace("dep-small", "dep-new"))
    assert await reloader.look()
    assert holder.done[0] == ("upsert", "dep-new", 3)
    assert {(what, count) for what, _, count in holder.done[1:]} == {("delete", 1)}
    assert holder.held == {"dep-new"}
    assert not await reloader.look()


async def test_a_broken_file_keeps_the_policy_and_says_where(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(facts.YAML)
    gateway = facts.gateway()
    holder, before = Holder(gateway), gateway.router
    reloader = Reloader(gateway, path, holder, _build)
    for text in ("gateway: {capabilitys: {}}\n", "", "model_list: ["):
        _rewrite(path, text)
        assert not await reloader.look()
    assert gateway.router is before
    assert not holder.done
    assert f"{path}:1" in caplog.text
    path.unlink()
    assert not await reloader.look()


def test_a_secret_by_name_is_read_for_a_deployment_that_is_added_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_TEST_SECRET", "s3cret")
    params = {"model": "openai/x", "api_key": "os.environ/SIGNALBOX_TEST_SECRET", "timeout": 5}
    given = {"model_name": "x", "litellm_params": params}
    assert with_secrets(given)["litellm_params"] == {"model": "openai/x", "api_key": "s3cret", "timeout": 5}
    assert params["api_key"] == "os.environ/SIGNALBOX_TEST_SECRET"
