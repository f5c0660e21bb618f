"""``signalbox config check``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli.main import main

SHIPPED = Path(__file__).parents[3] / "litellm_config.yaml"


def check(text: str, folder: Path) -> Result:
    file = folder / "x.yaml"
    file.write_text(text)
    return CliRunner().invoke(main, ["config", "check", "--config", str(file)])


def test_the_shipped_file_is_ok() -> None:
    done = CliRunner().invoke(main, ["config", "check", "--config", str(SHIPPED)])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"OK: {SHIPPED} (0 declared deployments")


def test_every_problem_is_printed_with_its_line(tmp_path: Path) -> None:
    done = check("gateway:\n  intents: {coding: smal}\n  capabilites: {}\n", tmp_path)
    assert done.exit_code == 2
    first, second = done.stderr.splitlines()
    assert first.startswith(f'{tmp_path}/x.yaml:2: gateway.intents.coding: unknown tier "smal"')
    assert second.startswith(f'{tmp_path}/x.yaml:3: gateway.capabilites: unknown key "capabilites"')
    assert done.stdout == ""


def test_a_warning_is_no_error(tmp_path: Path) -> None:
    text = "model_list:\n- model_name: m\n  litellm_params: {model: openai/m}\n"
    text += "  model_info: {location: mars}\ngateway: {}\n"
    done = check(text, tmp_path)
    assert done.exit_code == 0
    assert done.stderr.startswith(f"warning: {tmp_path}/x.yaml:4: model_list[0].model_info.location")
    assert "OK: " in done.stdout
    assert "(1 declared deployment," in done.stdout


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_CONFIG", str(tmp_path / "none.yaml"))
    done = CliRunner().invoke(main, ["config", "check"])
    assert done.exit_code == 2
    assert "no such file" in done.stderr
