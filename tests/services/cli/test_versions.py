"""``signalbox config history``, ``diff``, ``rollback`` and ``apply``."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli.main import main
from services.supervisor.history import History, sha256
from services.supervisor.state import State

ONE, TWO = "gateway: {}\n", "gateway: {headers: basic}\n"


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / "state")
    made.prepare()
    history = History(made.history)
    for number, text in enumerate((ONE, TWO), 1):
        history.add(text, at=f"2026-01-0{number}T00:00:00+00:00", who="anna", changes=(f"change {number}",))
    (tmp_path / "x.yaml").write_text(TWO)
    return made


def run(state: State, *arguments: str) -> Result:
    named = () if arguments[0] == "history" else ("--config", str(state.root.parent / "x.yaml"))
    return CliRunner().invoke(main, ["config", *arguments, "--state", str(state.root), *named])


def order(state: State) -> dict[str, str]:
    made: dict[str, str] = json.loads(state.config_orders.read_text())
    return made


def test_history(state: State, tmp_path: Path) -> None:
    done = run(state, "history")
    assert done.output.splitlines() == [
        "   1  2026-01-01T00:00:00+00:00  anna",
        "      change 1",
        "   2  2026-01-02T00:00:00+00:00  anna",
        "      change 2",
    ]
    assert [v["number"] for v in json.loads(run(state, "history", "--json").output)] == [1, 2]
    assert "no version was applied yet" in run(State(tmp_path / "none"), "history").output


def test_diff(state: State, tmp_path: Path) -> None:
    assert (run(state, "diff").exit_code, run(state, "diff").output) == (0, "")
    (tmp_path / "x.yaml").write_text(ONE)
    done = run(state, "diff")
    assert done.exit_code == 1
    assert "-gateway: {headers: basic}" in done.output
    assert "+gateway: {}" in done.output
    assert "--- version 1\n+++ version 2" in run(state, "diff", "1", "2").output
    assert "there is no version 9: there are 1 to 2" in run(state, "diff", "9").output


def test_rollback_writes_the_file_and_says_who(state: State, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.chmod(0o640)
    done = run(state, "rollback")
    assert done.output == f"{file} is version 1 again\n"
    assert file.read_text() == ONE
    assert file.stat().st_mode & 0o777 == 0o640
    assert order(state) == {"sha256": sha256(ONE), "who": getpass.getuser(), "note": "rolled back to version 1"}


def test_rollback_keeps_an_edit_that_was_never_applied(state: State, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("gateway: [broken")
    done = run(state, "rollback", "2")
    assert done.exit_code == 0
    assert (state.history / "not-applied.yaml").read_text() == "gateway: [broken"
    assert (tmp_path / "x.yaml").read_text() == TWO


def test_apply_is_for_the_edit_that_waits(state: State, tmp_path: Path) -> None:
    assert "no edit waits" in run(state, "apply").output
    state.config_waiting.write_text(json.dumps({"sha256": sha256(ONE), "regressions": ["x"]}))
    assert "edited again since" in run(state, "apply").output
    (tmp_path / "x.yaml").write_text(ONE)
    assert run(state, "apply").exit_code == 0
    assert order(state)["sha256"] == sha256(ONE)


def test_nothing_to_go_back_to(tmp_path: Path) -> None:
    done = run(State(tmp_path / "none"), "rollback")
    assert done.exit_code == 1
    assert "no earlier version" in done.output
