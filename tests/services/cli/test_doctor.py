"""``signalbox doctor`` as a command."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from services.cli.main import main
from tests.support.proxy import free_port


def _ask(tmp_path: Path, yaml: str, *flags: str) -> tuple[int, str]:
    file = tmp_path / "c.yaml"
    file.write_text(yaml)
    where = ["--config", str(file), "--state", str(tmp_path / "state"), "--port", str(free_port())]
    done = CliRunner().invoke(main, ["doctor", *where, *flags])
    return done.exit_code, done.output


def test_for_people_with_nothing_running(tmp_path: Path) -> None:
    code, output = _ask(tmp_path, "gateway: {}\n")
    assert code == (1 if "FAIL" in output else 0)
    assert "ok    configuration" in output
    assert output.splitlines()[-1].endswith(" failures")
    assert not (tmp_path / "state").exists()


def test_for_programs_and_a_failure_is_exit_1(tmp_path: Path) -> None:
    code, output = _ask(tmp_path, "gateway: {nonsense: 1}\n", "--json", "--fast")
    assert code == 1
    said = json.loads(output)
    assert said["fail"] == sum(f["grade"] == "fail" for f in said["findings"]) >= 1
    assert said["findings"][0]["name"] == "configuration"
    assert "-> " in _ask(tmp_path, "gateway: {nonsense: 1}\n")[1]
