"""The order of an upgrade, and the way back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from services.release import upgrade
from services.release.upgrade import Step, StepError, command, main, run, start_once, steps


def test_all_well() -> None:
    done: list[str] = []
    assert run([Step("a", lambda: done.append("a")), Step("b", lambda: done.append("b"))], lambda _: None)
    assert done == ["a", "b"]


def test_a_failure_takes_everything_back_in_reverse() -> None:
    done: list[str] = []
    said: list[str] = []

    def fail() -> None:
        raise StepError("no room")

    def cannot() -> None:
        raise OSError("gone")

    ok = run(
        [
            Step("one", lambda: done.append("one"), lambda: done.append("undo one")),
            Step("two", lambda: done.append("two"), cannot),
            Step("three", fail, lambda: done.append("undo three")),
            Step("four", lambda: done.append("four")),
        ],
        said.append,
    )
    assert not ok
    assert done == ["one", "two", "undo three", "undo one"]
    assert "error: three: no room" in said
    assert any("taking back `two` failed too" in line for line in said)


def test_the_steps_of_an_installation_with_and_without_state(tmp_path: Path) -> None:
    names = [s.name for s in steps("py", "sb", tmp_path / "none", tmp_path)]
    assert names == ["back up state and lock file", "install", "check the configuration", "check the packages"]
    (tmp_path / "state" / "secrets").mkdir(parents=True)
    names = [s.name for s in steps("py", "sb", tmp_path / "state", tmp_path)]
    assert names[2] == "migrate the database"


def test_a_migration_that_fails_restores_the_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state" / "secrets").mkdir(parents=True)
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(upgrade, "command", lambda *words: called.append(words))
    monkeypatch.setattr(upgrade, "INSTALLED", tmp_path / "runtime.installed")
    (tmp_path / "runtime.installed").write_text("a==1\n")

    def broken(signalbox: str, state: Path) -> None:
        raise StepError("the database did not start")

    monkeypatch.setattr(upgrade, "start_once", broken)
    assert not run(steps("py", "sb", tmp_path / "state", tmp_path / "kept"), lambda _: None)
    verbs = [words[1] if words[0] == "sb" else words[0] for words in called]
    assert verbs == ["backup", "make", "restore", "py"]
    assert called[2][-1] == "--replace"
    assert str(tmp_path / "kept" / "runtime.lock") in called[3]


def test_starting_once_waits_for_ready_and_ends_it(tmp_path: Path) -> None:
    script = tmp_path / "signalbox"
    script.write_text(
        f"#!{sys.executable}\nimport signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: exit(0))\nprint('ready: database', flush=True)\ntime.sleep(60)\n"
    )
    script.chmod(0o755)
    start_once(str(script), tmp_path)
    script.write_text(f"#!{sys.executable}\nprint('error: no')\n")
    with pytest.raises(StepError, match="did not start"):
        start_once(str(script), tmp_path)


def test_a_command_that_fails() -> None:
    command(sys.executable, "-c", "pass")
    with pytest.raises(StepError, match="failed"):
        command(sys.executable, "-c", "raise SystemExit(1)")


def test_show_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.lock").write_text("a==2\n")
    (tmp_path / ".venv" / ".stamps").mkdir(parents=True)
    (tmp_path / ".venv" / ".stamps" / "runtime.installed").write_text("a==1\n")
    assert main(["--show"]) == 0
    assert capsys.readouterr().out == "  a 1 -> 2\n"
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert main([]) == 0
    assert not (tmp_path / "build").exists()
