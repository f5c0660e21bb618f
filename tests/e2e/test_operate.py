"""The file is edited while requests run: nothing is lost, and what is broken changes nothing."""

from __future__ import annotations

import json
import random
import secrets
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from services.supervisor.state import State
from services.supervisor.workers import workers
from tests.e2e.edits import broken, deployment, document, good, load
from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.system import System, command, environment, running_system

WORKERS = 2
ASK = {"model": "auto", "messages": [{"role": "user", "content": "Summarize: the tide follows the moon."}]}


@dataclass(frozen=True, slots=True)
class Operated:
    """A system of two workers whose deployments are two servers of this test."""

    system: System
    one: FakeCloud
    two: FakeCloud

    @property
    def urls(self) -> list[str]:
        return [self.one.url, self.two.url]

    def edit(self, text: str) -> None:
        """As an editor saves: another file in its place."""
        new = self.system.config.with_suffix(".new")
        new.write_text(text)
        new.replace(self.system.config)

    def in_force(self) -> list[str]:
        """Model groups of the rendered file, once every worker has it."""
        state = State(self.system.state)
        told = workers(state)
        if len(told) != WORKERS or not all(worker.current for worker in told):
            return []
        listed = yaml.safe_load(state.rendered.read_text())["model_list"]
        return [e["model_name"] for e in listed if not e["model_info"].get("signalbox_placeholder")]

    def serving(self) -> set[str]:
        """Who serves, seen over connections of their own, so by both workers, in conversations of their own."""
        words = [f"Summarize number {secrets.token_hex(4)}: the tide follows the moon." for _ in range(12)]
        answers = [self.ask({**ASK, "messages": [{"role": "user", "content": text}]}) for text in words]
        return {answer.headers["x-signalbox-deployment"].rsplit("-", 1)[0] for answer in answers}

    def ask(self, body: dict[str, Any]) -> httpx.Response:
        """One chat request over a connection of its own."""
        url = f"{self.system.url}/v1/chat/completions"
        return httpx.post(url, json=body, headers=self.system.headers, timeout=60, trust_env=False)

    def history(self) -> list[dict[str, Any]]:
        """The applied versions, oldest first."""
        told: list[dict[str, Any]] = json.loads(self.cli("config", "history", "--json").stdout)
        return told

    def changed(self, what: str) -> bool:
        """Whether the last version changed this, and every worker has it."""
        return any(what in clause for clause in self.history()[-1]["changes"]) and bool(self.in_force())

    def at_once(self, count: int) -> list[httpx.Response]:
        """So many requests together."""
        bodies = [{**ASK, "messages": [{"role": "user", "content": f"Summarize number {n}."}]} for n in range(count)]
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(self.ask, bodies))

    def capability(self, name: str) -> str:
        """What ``/health/capabilities`` says of it."""
        with self.system.client() as client:
            return str(client.get("/health/capabilities").json()["capabilities"][name]["state"])

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = command(*arguments, "--state", str(self.system.state))
        return subprocess.run(argv, capture_output=True, text=True, env=environment(), timeout=60)

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.cli("status", "--json").stdout)
        return told


@pytest.fixture(scope="module")
def operated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operated]:
    with fake_cloud() as one, fake_cloud() as two:
        text = document([deployment("pine", one.url)])
        arguments = ("--workers", str(WORKERS), "--only", "gateway,instant")
        with running_system(tmp_path_factory.mktemp("operated"), text, arguments=arguments) as system:
            made = Operated(system, one, two)
            system.wait_for(lambda: "pine" in made.in_force(), "both workers")
            yield made


def test_a_saved_file_is_in_force_within_two_seconds_in_every_worker(operated: Operated) -> None:
    took = []
    for group in ("oak", "elm", "pine"):
        operated.edit(document([deployment(group, operated.one.url)]))
        began = time.monotonic()
        operated.system.wait_for(lambda g=group: g in operated.in_force(), group)  # type: ignore[misc]
        took.append(time.monotonic() - began)
        assert operated.serving() == {group}
    assert min(took) < 2.0, took  # the quickest: others use this machine too


def test_an_edit_storm_under_load_loses_nothing_and_ends_in_the_last_good_file(operated: Operated) -> None:
    chance = random.Random(8)
    with load(operated.system.url, operated.system.headers, ASK, 16) as seen:
        for number in range(200):
            operated.edit((good if chance.random() < 0.6 else broken)(chance, operated.urls))
            time.sleep(0.7 if number % 6 == 5 else 0.03)
        operated.edit(document([deployment("larch", operated.two.url, "large")]))
        operated.system.wait_for(lambda: operated.in_force() == ["larch", "instant"], "the last good file")
        operated.edit(broken(chance, operated.urls))
        operated.system.wait_for(lambda: operated.status()["config_problems"], "the error")
    assert seen.lost == []
    assert seen.statuses[200] > 100
    assert operated.in_force() == ["larch", "instant"]
    assert operated.serving() == {"larch"}


def test_a_file_that_is_written_slowly_is_not_read_in_between(operated: Operated) -> None:
    text = document([deployment("spruce", operated.one.url), deployment("yew", operated.one.url)])
    middle = text.index("- model_name: yew")
    versions = len(operated.status()["deployments"])
    with operated.system.config.open("w") as file:
        for part in (text[:middle], text[middle:]):
            file.write(part)
            file.flush()
            time.sleep(0.1)
    operated.system.wait_for(lambda: "yew" in operated.in_force(), "the whole file")
    history = operated.history()
    assert "deployment yew" in " ".join(history[-1]["changes"])
    assert versions


def test_what_litellm_would_refuse_is_told_with_its_line_everywhere(operated: Operated) -> None:
    text = document([deployment("spruce", operated.one.url, rpm="lots")])
    line = next(n for n, words in enumerate(text.splitlines(), 1) if "rpm: lots" in words)
    operated.edit(text)
    where = f"{operated.system.config}:{line}: model_list[0].litellm_params.rpm"
    operated.system.wait_for(lambda: any(where in p for p in operated.status()["config_problems"]), "the problem")
    assert where in operated.system.printed()
    assert where in (operated.system.state / "log" / "config.log").read_text()
    assert "yew" in operated.in_force()


def test_rollback_brings_back_what_was_before(operated: Operated) -> None:
    operated.edit(document([deployment("cedar", operated.two.url)]))
    operated.system.wait_for(lambda: "cedar" in operated.in_force(), "an edit")
    done = operated.cli("config", "rollback", "--config", str(operated.system.config))
    assert done.returncode == 0, done.stderr
    operated.system.wait_for(lambda: "yew" in operated.in_force(), "the version before")
    assert "cedar" not in operated.in_force()
    told = operated.status()["config"]
    assert told["workers_current"] == told["workers"] == WORKERS
    history = operated.history()
    assert history[-1]["changes"][0].startswith("rolled back to version")
    assert history[-1]["number"] == told["version"]


def test_with_confirm_a_weaker_boundary_waits_for_apply(operated: Operated) -> None:
    entries = [deployment("pine", operated.one.url)]
    operated.edit(document(entries, reload="confirm"))
    operated.system.wait_for(lambda: operated.in_force() == ["pine", "instant"], "confirm")
    operated.edit(document(entries, reload="confirm", boundary={"zones": {"cloud": "internal"}}))
    operated.system.wait_for(lambda: operated.status()["config"]["waiting"], "the edit to wait")
    rendered = State(operated.system.state).rendered
    assert "zones" not in yaml.safe_load(rendered.read_text())["gateway"].get("boundary", {})
    done = operated.cli("config", "apply", "--config", str(operated.system.config))
    assert done.returncode == 0, done.stderr
    operated.system.wait_for(
        lambda: yaml.safe_load(rendered.read_text())["gateway"].get("boundary") == {"zones": {"cloud": "internal"}},
        "the applied edit",
    )
    assert operated.status()["config"]["waiting"] == []


def test_a_model_that_says_garbage_is_found_and_avoided_until_it_is_well(operated: Operated) -> None:
    entries = [deployment("pine", operated.one.url), deployment("oak", operated.two.url, "large")]
    operated.edit(document(entries, health={"interval_s": 0.5}))
    operated.system.wait_for(lambda: operated.capability("chat, tier small") == "works", "a first check")
    operated.one.say("pine", "@" * 60)
    operated.system.wait_for(lambda: operated.capability("chat, tier small") == "failing", "the garbage to be found")
    operated.system.wait_for(lambda: operated.serving() == {"oak"}, "routing to avoid it in both workers")
    pinned = operated.ask({**ASK, "model": "pine"})
    assert pinned.status_code == 503
    assert "/health/capabilities" in pinned.json()["error"]["message"]
    operated.one.reset()
    operated.system.wait_for(lambda: operated.capability("chat, tier small") == "works", "the cure to be found")
    operated.system.wait_for(lambda: operated.serving() == {"pine"}, "routing to go back")


def test_a_full_deployment_answers_429_with_a_time_or_lets_wait(operated: Operated) -> None:
    entry = deployment("pine", operated.one.url)
    entry["model_info"]["max_concurrency"] = WORKERS  # one in each worker
    operated.one.behave("pine", "slow")
    operated.edit(document([entry], queue={"max_waiting": 0}))
    operated.system.wait_for(lambda: operated.changed("gateway.queue.max_waiting"), "a limit without a queue")
    answers = operated.at_once(12)
    assert {a.status_code for a in answers} == {200, 429}
    refused = next(a for a in answers if a.status_code == 429)
    assert refused.json()["error"]["code"] == "capacity_exceeded"
    assert int(refused.headers["retry-after"]) >= 1
    operated.edit(document([entry], queue={"max_waiting": 50, "wait_s": 60}))
    operated.system.wait_for(lambda: operated.changed("gateway.queue.wait_s"), "a queue")
    assert {a.status_code for a in operated.at_once(6)} == {200}
    operated.one.reset()


def test_the_log_of_edits_names_no_secret(operated: Operated) -> None:
    assert operated.system.key.encode() not in Path(operated.system.state / "log" / "config.log").read_bytes()
