"""The edges of ``up`` that need no boot; the boot itself is tests/e2e/test_up.py."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from services.supervisor.lock import owned
from services.supervisor.options import read_options
from services.supervisor.ports import free_port
from services.supervisor.screen import Screen
from services.supervisor.up import CONFIG_BROKEN, FAILED, program, up


def run(folder: Path, text: str, only: str = "gateway", environ: dict[str, str] | None = None) -> tuple[int, str]:
    file = folder / "x.yaml"
    file.write_text(text)
    out = io.StringIO()
    options = read_options(environ or {}, config=str(file), state=str(folder / "state"), port=free_port(), only=only)
    return up(options, Screen(Console(file=out, width=200, soft_wrap=True))), out.getvalue()


def test_a_broken_file_starts_nothing_and_every_problem_is_named(tmp_path: Path) -> None:
    status, said = run(tmp_path, "gateway:\n  intents: {coding: smal}\n  capabilites: {}\n")
    assert status == CONFIG_BROKEN
    assert "x.yaml:2: gateway.intents.coding" in said
    assert "x.yaml:3: gateway.capabilites" in said
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("text", "only", "message"),
    [
        ("gateway: {}\n", "gateway,nothing", '--only: there is no part "nothing" (valid: '),
        ("general_settings: {master_key: os.environ/NOT_SET}\n", "gateway", "which is not set: set it, or remove"),
        (
            "model_list:\n- model_name: v\n  litellm_params: {model: hosted_vllm/v}\n"
            "  model_info: {serve: {engine: vllm, model: /m}}\n",
            "",
            "model_info.serve asks for vLLM, which is not installed here",
        ),
    ],
)
def test_what_cannot_start_is_one_clear_error(tmp_path: Path, text: str, only: str, message: str) -> None:
    status, said = run(tmp_path, text, only)
    assert status == FAILED
    assert message in said
    assert "Traceback" not in said


def test_a_state_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    status, said = run(tmp_path, "gateway: {}\n")
    assert status == FAILED
    assert f"{tmp_path / 'state'}" in said
    assert "--state" in said


def test_a_state_directory_has_one_owner(tmp_path: Path) -> None:
    (tmp_path / "state" / "run").mkdir(parents=True)
    with owned(tmp_path / "state" / "run" / "up.pid"):
        status, said = run(tmp_path, "gateway: {}\n")
    assert status == FAILED
    assert "belongs to a running `signalbox up`" in said


def test_it_is_called_as_the_person_called_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv" / "bin" / "signalbox")])
    assert program() == ".venv/bin/signalbox"
    monkeypatch.setattr(sys, "argv", ["/opt/box/bin/signalbox"])
    assert program() == "/opt/box/bin/signalbox"
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert program() == "signalbox"
