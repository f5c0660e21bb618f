"""The flags of ``signalbox up``; what it does is tested in tests/e2e/test_up.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import services.supervisor.up
from services.cli.main import main
from services.supervisor.options import Options


def test_flags_reach_the_supervisor_and_its_status_is_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    got: list[Options] = []

    def run(options: Options, screen: object) -> int:
        got.append(options)
        return 2

    monkeypatch.setattr(services.supervisor.up, "up", run)
    flags = ["--config", "x.yaml", "--port", "5", "--host", "::1", "--state", str(tmp_path), "--workers", "3"]
    done = CliRunner().invoke(main, ["up", *flags, "--only", "gateway,instant"])
    assert done.exit_code == 2
    (options,) = got
    assert (options.config, options.port, options.host, options.workers) == (Path("x.yaml"), 5, "::1", 3)
    assert options.state.root == tmp_path
    assert options.only == {"gateway", "instant"}


def test_a_part_that_does_not_exist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["up", "--only", "gatewy", "--state", str(tmp_path / "s")])
    assert done.exit_code == 1
    assert 'no part "gatewy" (valid: ' in done.output


def test_a_wrong_number_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_PORT", "many")
    done = CliRunner().invoke(main, ["up"])
    assert done.exit_code == 2
    assert "SIGNALBOX_PORT" in done.output


def test_a_unit_is_printed_and_nothing_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["up", "--print-systemd", "--port", "8081", "--state", str(tmp_path / "s")])
    assert done.exit_code == 0
    assert f"--state {tmp_path / 's'} --host 127.0.0.1 --port 8081" in done.output
    assert not (tmp_path / "s").exists()


def test_a_secret_file_that_is_not_there_is_a_usage_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "none"))
    done = CliRunner().invoke(main, ["up", "--state", str(tmp_path / "s")])
    assert done.exit_code == 2
    assert "DATABASE_URL_FILE" in done.output
