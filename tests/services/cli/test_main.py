"""The command itself: quick help, lazy subcommands."""

from __future__ import annotations

import subprocess
import sys
import time

from click.testing import CliRunner

from services.cli.main import COMMANDS, main
from tests.support.system import command

MOST_S = 0.5


def test_help_teaches_and_lists_what_is_there() -> None:
    done = CliRunner().invoke(main, ["--help"])
    assert done.exit_code == 0
    for name in ("up", "status", "config", "explain"):
        assert f"  {name} " in done.output
    assert "signalbox explain --text" in done.output


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom services.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'litellm', 'httpx', 'pydantic', 'rich', 'yaml', 'numpy'}))\n"
    )
    times = []
    for _ in range(3):
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        times.append(time.monotonic() - began)
        assert done.stdout.splitlines()[-1] == "[]"
    assert min(times) < MOST_S


def test_every_command_that_is_offered_has_help_of_its_own() -> None:
    runner = CliRunner()
    offered = main.list_commands(None)  # type: ignore[arg-type]
    assert set(offered) <= {entry.name for entry in COMMANDS}
    for name in offered:
        done = runner.invoke(main, [name, "--help"])
        assert done.exit_code == 0, done.output
        assert "Usage:" in done.output


def test_an_unknown_command_and_a_wrong_flag_exit_2() -> None:
    assert CliRunner().invoke(main, ["upp"]).exit_code == 2
    assert CliRunner().invoke(main, ["up", "--port", "x"]).exit_code == 2


def test_the_version_is_that_of_the_distribution() -> None:
    done = subprocess.run(command("--version"), capture_output=True, text=True, check=True)
    assert done.stdout.startswith("signalbox, version 0.")
