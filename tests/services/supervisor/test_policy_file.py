"""A good edit is taken, a broken one changes nothing and is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from plugins.routing.config.load import load_config
from services.supervisor.model_list import Sidecars
from services.supervisor.policy_file import PolicyFile
from services.supervisor.state import State

GOOD = "gateway: {intents: {coding: small}}\n"


class Site:
    """A user's file with its state directory."""

    def __init__(self, folder: Path) -> None:
        self.state = State(folder / "state")
        self.state.prepare()
        self.file = folder / "x.yaml"
        self.file.write_text(GOOD)
        self.said: list[str] = []
        self.policy = PolicyFile(load_config(self.file), self.state, lambda _: Sidecars(), self.said.append)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_it_renders_once_for_one_version(site: Site) -> None:
    assert site.policy.write([])
    assert not site.policy.write([])
    assert yaml.safe_load(site.state.rendered.read_text())["gateway"] == {"intents": {"coding": "small"}}
    assert not site.policy.reload()


def test_a_good_edit_is_taken(site: Site) -> None:
    site.policy.write([])
    site.file.write_text("gateway: {intents: {coding: frontier}}\n")
    assert site.policy.reload()
    assert site.policy.write([])
    assert yaml.safe_load(site.state.rendered.read_text())["gateway"] == {"intents": {"coding": "frontier"}}
    assert not site.policy.reload()


@pytest.mark.parametrize("broken", ["", "gateway: [", "gateway: {intents: {coding: smal}}\n", None])
def test_a_broken_edit_keeps_the_old_one_and_says_where(site: Site, broken: str | None) -> None:
    site.policy.write([])
    before = site.state.rendered.read_text()
    if broken is None:
        site.file.unlink()
    else:
        site.file.write_text(broken)
    assert not site.policy.reload()
    site.policy.write([])
    assert site.state.rendered.read_text() == before
    assert f"{site.file}:1:" in site.said[1]
    assert json.loads(site.state.config_error.read_text())["problems"] == [line.strip() for line in site.said[1:]]
    site.file.write_text(GOOD + "# mended\n")
    assert site.policy.reload()
    assert not site.state.config_error.exists()


def test_deployments_are_those_that_are_rendered(site: Site) -> None:
    found = {
        "model_name": "m",
        "litellm_params": {"model": "ollama_chat/m"},
        "model_info": {"found": "ollama", "location": "local"},
    }
    assert [d.model_group for d in site.policy.deployments([found])] == ["m"]
