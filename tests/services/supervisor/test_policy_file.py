"""A good edit is taken, a broken one changes nothing and is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from plugins.routing.config.load import Config, load_config
from plugins.routing.config.problems import Problem
from services.supervisor.history import sha256
from services.supervisor.model_list import Sidecars
from services.supervisor.policy_file import PolicyFile
from services.supervisor.settled import Settled
from services.supervisor.state import State, write_atomic

GOOD = "gateway: {intents: {coding: small}}\n"


class Site:
    """A user's file with its state directory."""

    def __init__(self, folder: Path) -> None:
        self.state = State(folder / "state")
        self.state.prepare()
        self.file = folder / "x.yaml"
        self.file.write_text(GOOD)
        self.said: list[str] = []
        self.refused: list[Problem] = []
        self.worse: list[str] = []
        self.policy = self.opened()

    def opened(self) -> PolicyFile:
        return PolicyFile(
            load_config(self.file),
            self.state,
            lambda _: Sidecars(),
            self.said.append,
            check=self._check,
            regressions=self._regressions,
        )

    async def edited(self, text: str | None) -> bool:
        """Whether the edit was taken."""
        if text is None:
            self.file.unlink()
        else:
            self.file.write_text(text)
        return await self.looked()

    async def looked(self) -> bool:
        self.policy._settled = Elapsed(self.file, self.policy._settled._known)
        return await self.policy.reload()

    async def _check(self, config: Config, text: str) -> list[Problem]:
        assert text == self.file.read_text()
        return self.refused

    async def _regressions(self, before: Config, after: Config) -> list[str]:
        assert before is not after
        return self.worse


class Elapsed(Settled):
    """A file that was left alone for long."""

    def __init__(self, path: Path, known: Any) -> None:
        super().__init__(path, lambda: float("inf"))
        self._known = known


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def test_it_renders_once_for_one_version(site: Site) -> None:
    assert site.policy.write([])
    assert not site.policy.write([])
    assert yaml.safe_load(site.state.rendered.read_text())["gateway"] == {"intents": {"coding": "small"}}
    assert not await site.looked()


async def test_a_good_edit_is_taken(site: Site) -> None:
    site.policy.write([])
    assert await site.edited("gateway: {intents: {coding: frontier}}\n")
    assert site.policy.write([])
    assert yaml.safe_load(site.state.rendered.read_text())["gateway"] == {"intents": {"coding": "frontier"}}
    assert not await site.looked()
    assert [v.changes for v in site.policy.history.versions()] == [
        ("in force at a start",),
        ("gateway.intents.coding changed",),
    ]
    assert site.policy.history.text(2) == site.file.read_text()
    assert "taken as version 2" in site.said[-1]


@pytest.mark.parametrize("broken", ["", "gateway: [", "gateway: {intents: {coding: smal}}\n", None])
async def test_a_broken_edit_keeps_the_old_one_and_says_where(site: Site, broken: str | None) -> None:
    site.policy.write([])
    before = site.state.rendered.read_text()
    assert not await site.edited(broken)
    site.policy.write([])
    assert site.state.rendered.read_text() == before
    assert f"{site.file}:1:" in site.said[1]
    assert json.loads(site.state.config_error.read_text())["problems"] == [line.strip() for line in site.said[1:]]
    assert len(site.policy.history.versions()) == 1
    assert await site.edited(GOOD + "# mended\n")
    assert not site.state.config_error.exists()


async def test_what_litellm_refuses_changes_nothing(site: Site) -> None:
    site.refused = [Problem("x.yaml", 4, "model_list[0].litellm_params.rpm", "no number")]
    before = site.policy.config
    assert not await site.edited("gateway: {intents: {coding: frontier}}\n")
    assert site.policy.config is before
    assert json.loads(site.state.config_error.read_text())["problems"] == [str(site.refused[0])]


async def test_with_auto_a_regression_is_taken(site: Site) -> None:
    site.worse = ["more may leave"]
    assert await site.edited("gateway: {intents: {coding: frontier}}\n")


async def test_with_confirm_a_regression_waits_until_it_is_applied(site: Site) -> None:
    assert await site.edited("gateway: {reload: confirm}\n")
    site.worse = ["more may leave"]
    text = "gateway: {boundary: {zones: {cloud: internal}}}\n"
    assert not await site.edited(text)
    waiting = json.loads(site.state.config_waiting.read_text())
    assert waiting == {"sha256": sha256(text), "regressions": ["more may leave"]}
    assert "`signalbox config apply`" in site.said[-2]
    assert not await site.looked()
    write_atomic(site.state.config_orders, json.dumps({"sha256": sha256(text), "who": "bo", "note": "applied"}))
    assert await site.looked()
    assert not site.state.config_waiting.exists()
    last = site.policy.history.versions()[-1]
    assert (last.who, last.changes[0]) == ("bo", "applied")


async def test_with_confirm_what_is_not_worse_is_taken_and_an_old_order_counts_for_nothing_else(site: Site) -> None:
    assert await site.edited("gateway: {reload: confirm}\n")
    assert await site.edited("gateway: {reload: confirm, headers: basic}\n")
    write_atomic(site.state.config_orders, json.dumps({"sha256": sha256("another"), "who": "bo"}))
    site.worse = ["more may leave"]
    assert not await site.edited("gateway: {reload: auto}\n")
    assert site.policy.config.spec.reload == "confirm"
    site.worse = []
    assert await site.edited("gateway: {reload: confirm}\n")
    assert not site.state.config_waiting.exists()


def test_a_start_forgets_what_waited_and_keeps_its_version_once(site: Site) -> None:
    site.state.config_waiting.write_text("{}")
    site.policy = site.opened()
    assert not site.state.config_waiting.exists()
    assert [v.number for v in site.policy.history.versions()] == [1]


def test_deployments_are_those_that_are_rendered(site: Site) -> None:
    found = {
        "model_name": "m",
        "litellm_params": {"model": "ollama_chat/m"},
        "model_info": {"found": "ollama", "location": "local"},
    }
    assert [d.model_group for d in site.policy.deployments([found])] == ["m"]
