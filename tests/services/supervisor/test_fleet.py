"""Parts start where their needs allow, tell where they are, and end stage by stage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from services.supervisor.fleet import Fleet, end_leftovers, told_parts
from services.supervisor.process import Part
from services.supervisor.state import State
from tests.services.supervisor.children import QUICK, SLEEPS, never, python_part, until


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / "state")
    made.prepare()
    return made


def fleet_of(state: State, *parts: Part, said: list[str] | None = None) -> Fleet:
    lines = [] if said is None else said
    return Fleet(parts, state, secrets=["a-long-secret"], probe=never, say=lines.append, backoff=QUICK)


async def test_a_part_waits_for_what_it_needs(state: State, tmp_path: Path) -> None:
    file = tmp_path / "store.json"
    saw = tmp_path / "saw"
    ready = f"import json, os; json.dump({{'state': 'ready', 'pid': os.getpid()}}, open({str(file)!r}, 'w'))"
    look = f"import os; open({str(saw)!r}, 'w').write(str(os.path.exists({str(file)!r})))"
    store = python_part("store", f"{ready}; {SLEEPS}", ready_file=file)
    gate = python_part("gate", f"{look}; {SLEEPS}", needs=("store",))
    fleet = fleet_of(state, gate, store)
    fleet.start()
    assert fleet.unready() == ("gate", "store")
    order: list[str] = []
    assert await fleet.ready(lambda child: order.append(child.part.name)) is None
    assert order == ["store", "gate"]
    await until(lambda: saw.exists() and saw.read_text())
    assert saw.read_text() == "True"
    await fleet.stop()


async def test_a_need_that_is_not_started_here_holds_nobody_up(state: State) -> None:
    fleet = fleet_of(state, python_part("gate", SLEEPS, needs=("store",)))
    fleet.start()
    assert await fleet.ready(lambda _: None) is None
    await fleet.stop()


async def test_the_first_part_that_fails_is_named_and_who_needs_it_never_starts(state: State, tmp_path: Path) -> None:
    store = python_part("store", "raise SystemExit(1)", ready_file=tmp_path / "never")
    fleet = fleet_of(state, store, python_part("gate", SLEEPS, needs=("store",)))
    fleet.start()
    failed = await fleet.ready(lambda _: None)
    assert failed is fleet.children["store"]
    assert fleet.children["gate"].pid is None
    await fleet.stop()


async def test_parts_json_says_what_is(state: State) -> None:
    fleet = fleet_of(state, python_part("quiet", SLEEPS))
    fleet.start()
    await fleet.ready(lambda _: None)
    said = json.loads(state.parts.read_text())
    child = fleet.children["quiet"]
    assert said["parts"] == []
    assert [{k: v for k, v in one.items() if k != "started"} for one in said["others"]] == [
        {"name": "quiet", "readiness": None, "state": "ready", "pid": child.pid, "restarts": 0}
    ]
    assert child.pid is not None
    assert said["others"][0]["started"] == psutil.Process(child.pid).create_time()
    os.kill(child.pid, 9)
    await until(lambda: told_parts(json.loads(state.parts.read_text()))[0]["restarts"] == 1)
    await fleet.stop()
    assert not state.parts.exists()


async def test_a_part_with_a_url_is_listed_for_those_who_ask_all(state: State) -> None:
    async def probe(url: str) -> bool:
        return url == "http://127.0.0.1:1/health/readiness"

    part = python_part("web", SLEEPS, readiness="http://127.0.0.1:1/health/readiness")
    fleet = Fleet([part], state, secrets=(), probe=probe, say=lambda _: None)
    fleet.start()
    assert json.loads(state.parts.read_text())["parts"][0]["state"] == "starting"
    await fleet.ready(lambda _: None)
    assert json.loads(state.parts.read_text())["parts"][0]["state"] == "ready"
    await fleet.stop()


async def test_a_disk_that_refuses_does_not_end_the_watching(state: State) -> None:
    said: list[str] = []
    fleet = fleet_of(state, python_part("a", SLEEPS), said=said)
    state.parts.mkdir()
    (state.parts / "in the way").touch()
    fleet.start()
    assert await fleet.ready(lambda _: None) is None
    assert "parts.json cannot be written" in said[0]
    (state.parts / "in the way").unlink()
    state.parts.rmdir()
    await fleet.stop()


async def test_the_end_goes_stage_by_stage(state: State, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n    open({file!r}, 'a').write({name!r} + ' '); sys.exit()\n"
        "signal.signal(15, end); print('up', flush=True)\ntime.sleep(300)\n"
    )
    parts = [
        python_part(name, code.format(file=str(ends), name=name), stage=stage)
        for name, stage in (("store", 2), ("side", 1), ("gate", 0))
    ]
    fleet = fleet_of(state, *parts)
    fleet.start()
    await fleet.ready(lambda _: None)
    await until(lambda: all(c.log.tail(1) == ["up"] for c in fleet.children.values()))
    await fleet.stop()
    assert ends.read_text().split() == ["gate", "side", "store"]


async def test_kill_ends_all_at_once(state: State) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(300)"
    fleet = fleet_of(state, python_part("a", stubborn, stop_s=300.0), python_part("b", stubborn, stop_s=300.0))
    fleet.start()
    await fleet.ready(lambda _: None)
    await until(lambda: all(c.log.tail(1) == ["up"] for c in fleet.children.values()))
    fleet.kill()
    await fleet.stop()
    assert all(c.pid is None for c in fleet.children.values())


async def test_secrets_do_not_reach_a_log(state: State) -> None:
    fleet = fleet_of(state, python_part("a", f"print('key a-long-secret'); {SLEEPS}"))
    fleet.start()
    await until(lambda: (state.log / "a.log").exists() and "up" in (state.log / "a.log").read_text())
    assert (state.log / "a.log").read_text() == "key ***\nup\n"
    await fleet.stop()


@pytest.fixture
def leftover() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


async def test_parts_of_a_killed_supervisor_are_ended(state: State, leftover: subprocess.Popen[bytes]) -> None:
    entry = {"name": "gate", "pid": leftover.pid, "started": psutil.Process(leftover.pid).create_time()}
    state.parts.write_text(json.dumps({"parts": [entry]}))
    said: list[str] = []
    await end_leftovers(state.parts, said.append, bound_s=0.2)
    assert leftover.wait(10) == -9
    assert said == ["waiting for parts of an earlier run to end: gate"]


async def test_a_stranger_with_the_same_number_is_left_alone(state: State, leftover: subprocess.Popen[bytes]) -> None:
    entry = {"name": "gate", "pid": leftover.pid, "started": psutil.Process(leftover.pid).create_time() - 60}
    state.parts.write_text(json.dumps({"parts": [entry]}))
    said: list[str] = []
    await end_leftovers(state.parts, said.append, bound_s=0.2)
    assert leftover.poll() is None
    assert said == []


@pytest.mark.parametrize("said", [None, [], {"parts": "x"}, {"parts": [1]}, {}])
def test_a_damaged_file_tells_of_no_parts(said: Any) -> None:
    assert told_parts(said) == []
