"""A part is started, logged, restarted with back-off, and stopped whole."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import psutil
import pytest

from services.supervisor.process import Backoff, Part
from tests.services.supervisor.children import QUICK, SLEEPS, child_of, python_part, until


async def test_it_runs_logs_and_stops(tmp_path: Path) -> None:
    child, said = child_of(python_part("p", SLEEPS), tmp_path)
    child.start()
    assert await child.settled()
    await until(lambda: child.log.tail(1) == ["up"])
    assert child.state == "ready"
    assert child.ready_after is not None
    pid = child.pid
    assert pid is not None
    await child.stop()
    assert not psutil.pid_exists(pid)
    assert said == []


async def test_one_that_ends_is_started_again_and_said_so(tmp_path: Path) -> None:
    child, said = child_of(python_part("p", SLEEPS), tmp_path)
    child.start()
    await child.settled()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: child.restarts == 1 and child.state == "ready")
    assert child.pid not in (None, first)
    assert said[0].startswith("p was ended by SIGKILL; it is started again in 0.02 s")
    assert said[1].startswith("p is back after")
    await child.stop()


async def test_delays_double_up_to_a_bound_and_go_on_for_ever(tmp_path: Path) -> None:
    child, said = child_of(python_part("p", "raise SystemExit(3)"), tmp_path)
    child.ready_after = 0.0  # it was ready once: it is never given up
    child.start()
    await until(lambda: child.restarts >= 5)
    await child.stop()
    delays = [line.split(" in ")[1].split(" s ")[0] for line in said if "started again" in line]
    assert delays[:4] == ["0.02", "0.04", "0.08", "0.08"]
    assert next(line for line in said if "started again" in line).startswith("p ended with status 3;")


async def test_a_long_run_makes_the_delay_short_again(tmp_path: Path) -> None:
    backoff = Backoff(first=0.01, most=0.5, reset_after=0.0)
    child, said = child_of(python_part("p", "pass"), tmp_path, backoff=backoff)
    child.ready_after = 0.0
    child.start()
    await until(lambda: child.restarts >= 3)
    await child.stop()
    assert {line.split(" in ")[1].split(" s ")[0] for line in said if "started again" in line} == {"0.01"}


async def test_one_that_never_gets_ready_is_given_up_with_its_last_lines(tmp_path: Path) -> None:
    part = python_part("p", "print('why it fails'); raise SystemExit(1)", ready_file=tmp_path / "never")
    child, said = child_of(part, tmp_path)
    child.start()
    assert not await child.settled()
    assert child.state == "failed"
    assert child.restarts == QUICK.attempts - 1
    assert "why it fails" in child.log.tail(3)
    assert said[-1] == "p ended with status 1 3 times before it was ready"
    await child.stop()


async def test_one_that_cannot_use_what_it_was_told_is_not_tried_again(tmp_path: Path) -> None:
    part = python_part("p", "raise SystemExit(2)", ready_file=tmp_path / "never")
    child, said = child_of(part, tmp_path)
    child.start()
    assert not await child.settled()
    assert child.restarts == 0
    assert said == ["p ended with status 2 before it was ready"]
    await child.stop()


async def test_one_that_takes_too_long_has_failed(tmp_path: Path) -> None:
    part = python_part("p", SLEEPS, ready_file=tmp_path / "never", ready_s=0.2)
    child, _ = child_of(part, tmp_path)
    child.start()
    assert not await child.settled()
    assert "signalbox: not ready after 0 s" in child.log.tail(2)
    await child.stop()


async def test_a_command_that_is_not_there_fails_with_a_line_in_its_log(tmp_path: Path) -> None:
    part = Part("p", ("/no/such/command",), env={}, ready_file=tmp_path / "never")
    child, _ = child_of(part, tmp_path)
    child.start()
    assert not await child.settled()
    assert any("/no/such/command" in line for line in child.log.tail(3))
    await child.stop()


async def test_ready_is_when_the_probe_says_so(tmp_path: Path) -> None:
    answers = iter([False, False, True])
    asked: list[str] = []

    async def probe(url: str) -> bool:
        asked.append(url)
        return next(answers)

    child, _ = child_of(python_part("p", SLEEPS, readiness="http://x/ready"), tmp_path, probe=probe)
    child.start()
    assert await child.settled()
    assert asked == ["http://x/ready"] * 3
    await child.stop()


@pytest.mark.parametrize("wrong", ["", "[]", '{"state": "starting", "pid": 0}', '{"state": "ready", "pid": 1}'])
async def test_a_ready_file_counts_only_when_this_process_wrote_it(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "ready.json"
    file.write_text(wrong)
    child, _ = child_of(python_part("p", SLEEPS, ready_file=file), tmp_path)
    child.start()
    await until(lambda: child.log.tail(1) == ["up"])
    assert child.state == "starting"
    file.write_text(json.dumps({"state": "ready", "pid": child.pid}))
    assert await child.settled()
    await child.stop()


async def test_one_that_ignores_the_signal_is_killed_with_its_own_children(tmp_path: Path) -> None:
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "c = subprocess.Popen([sys.executable, '-S', '-E', '-c', 'import signal, time;"
        " signal.signal(15, signal.SIG_IGN); time.sleep(300)'])\n"
        "print(c.pid, flush=True)\ntime.sleep(300)\n"
    )
    child, said = child_of(python_part("p", code, stop_s=0.2), tmp_path)
    child.start()
    await until(lambda: child.log.tail(1))
    grandchild = psutil.Process(int(child.log.tail(1)[0]))
    await child.stop()
    gone, _ = psutil.wait_procs([grandchild], timeout=10)
    assert gone == [grandchild]
    assert said == ["p did not end in 0.2 s: killed"]


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_what_a_dead_part_left_behind_is_ended_before_it_starts_again(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "c = subprocess.Popen([sys.executable, '-S', '-E', '-c', 'import time; time.sleep(300)'])\n"
        "print(c.pid, flush=True)\n"
    )
    child, _ = child_of(python_part("p", code), tmp_path)
    child.ready_after = 0.0
    child.start()
    await until(lambda: len(child.log.tail(9)) >= 2)
    left = int(child.log.tail(9)[0])
    await until(lambda: ended(left))
    await child.stop()


async def test_stop_does_not_wait_for_a_restart_that_is_due(tmp_path: Path) -> None:
    child, _ = child_of(python_part("p", "pass"), tmp_path, backoff=Backoff(first=300.0))
    child.ready_after = 0.0
    child.start()
    await until(lambda: child.state == "restarting" and child.pid is None)
    await asyncio.wait_for(child.stop(), 5)


async def test_long_lines_and_an_unfinished_last_one_reach_the_log(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.write('first\\n' + 'x' * 200000); sys.stdout.flush()"
    child, _ = child_of(python_part("p", code), tmp_path, backoff=Backoff(first=300.0))
    child.ready_after = 0.0
    child.start()
    await until(lambda: child.state == "restarting")
    lines = child.log.tail(100)
    assert lines[0] == "first"
    assert "".join(lines[1:]) == "x" * 200_000
    assert max(map(len, lines)) <= 16_384
    await child.stop()
