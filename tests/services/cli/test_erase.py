"""``signalbox boundary erase`` and ``evaluate``: what a person sees."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli.main import main


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["boundary", "erase", *arguments], input=stdin)


@pytest.mark.parametrize(
    "arguments", [(), ("--key", "sk-a", "--user", "ada"), ("--key", "my key"), ("--user", "a", "--store", "b")]
)
def test_exactly_one_is_named(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_it_asks_first_and_says_what_it_did(tmp_path: Path) -> None:
    refused = run("--key", "sk-a", "--state", str(tmp_path), stdin="n\n")
    assert refused.exit_code == 1
    assert not (tmp_path / "ledger").exists()
    done = run("--key", "sk-a", "--state", str(tmp_path), "--yes")
    assert done.exit_code == 0, done.output
    assert "0 pseudonyms" in done.stdout
    assert "written down in the ledger" in done.stdout
    assert (tmp_path / "ledger").is_dir()


def test_what_could_not_be_reached_is_an_error(tmp_path: Path) -> None:
    gone = run("--store", "vs_1", "--state", str(tmp_path), "--yes")
    assert gone.exit_code == 1
    assert "signalbox up" in gone.stderr
    (tmp_path / "retrieval").mkdir()
    partly = run("--user", "ada", "--state", str(tmp_path), "--yes")
    assert partly.exit_code == 1
    assert "NOT REMOVED: vector stores" in partly.stderr
