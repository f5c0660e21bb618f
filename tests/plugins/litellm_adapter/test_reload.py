"""Following the file, with a small holder of deployments in LiteLLM's place."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.reload import Reloader, stamp
from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.load import Config
from plugins.routing.router import Router
from tests.plugins.litellm_adapter import facts


class Holder:
    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.done: list[tuple[str, str, int]] = []
        self.held = {"dep-small", "dep-big", "dep-cloud"}
        self.protected: frozenset[str] = frozenset()
        self.refused: list[str] = []

    def problems(self, entries: list[Mapping[str, Any]]) -> list[str]:
        return self.refused

    def hold(self, ids: frozenset[str]) -> None:
        self.protected = ids

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
    reloader.drain()
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


async def test_what_litellm_would_refuse_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(facts.YAML)
    gateway = facts.gateway()
    holder = Holder(gateway)
    holder.refused = ["small: no such provider"]
    reloader, before = Reloader(gateway, path, holder, _build), gateway.router
    _rewrite(path, facts.YAML.replace("openai/a", "nosuch/a"))
    assert not await reloader.look()
    assert gateway.router is before
    assert holder.done == []
    assert "small: no such provider" in caplog.text


async def test_an_old_deployment_stays_until_its_last_request_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(facts.YAML)
    gateway = facts.gateway()
    holder = Holder(gateway)
    reloader = Reloader(gateway, path, holder, _build)
    before, after = Trace(edge=True), Trace(edge=True)
    gateway.begin(before)
    _rewrite(path, "\n".join(line for line in facts.YAML.splitlines() if "dep-big" not in line))
    assert await reloader.look()
    gateway.begin(after)
    reloader.drain()
    assert "dep-big" in holder.held, "a request decided before the edit may still go there"
    assert holder.protected == {"dep-small", "dep-big", "dep-cloud"}
    gateway.end(before, 200)
    reloader.drain()
    assert holder.held == {"dep-small", "dep-cloud"}
    gateway.end(after, 200)
    assert gateway.oldest_running() == gateway.policy


async def test_an_unchanged_deployment_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(facts.YAML)
    gateway = facts.gateway()
    holder = Holder(gateway)
    reloader = Reloader(gateway, path, holder, _build)
    _rewrite(path, facts.YAML.replace("ollama/b", "ollama/bb") + "# a word\n")
    assert await reloader.look()
    assert [name for what, name, _ in holder.done] == ["dep-big"]


async def test_each_worker_says_which_version_it_has(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(facts.YAML)
    gateway = facts.gateway()
    reloader = Reloader(gateway, path, Holder(gateway), _build, state=tmp_path)
    _rewrite(path, facts.YAML + "# another\n")
    assert await reloader.look()
    (told,) = (tmp_path / "run" / "workers").iterdir()
    said = json.loads(told.read_text())
    assert said["pid"] == os.getpid()
    assert said["rendered"] == hashlib.sha256(path.read_bytes()).hexdigest()
