"""Runs the engine's own tests (node:test), one pytest test a file; each module but the entry has one."""

import os
import subprocess
from pathlib import Path

import pytest

from services.database.client import STORED, schema_path
from services.database.launcher import ENGINE, find_node

HERE = Path(__file__).parent
TESTED_AGAINST_POSTGRES = {"adapter", "engine", "main", "pool", "server", "dmmf"}
"""These need a server or are programs: test_engine_process, test_operations, test_connections, test_dmmf."""


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.mjs")), ids=lambda file: file.name)
def test_module(file: Path) -> None:
    environment = {**os.environ, "SCHEMA": str(schema_path()), "DMMF": str(STORED)}
    command = [str(find_node()), "--test", str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_is_tested() -> None:
    modules = {path.stem for path in ENGINE.glob("*.mjs")}
    assert modules == {path.name.split(".")[0] for path in HERE.glob("*.test.mjs")} | TESTED_AGAINST_POSTGRES


@pytest.mark.parametrize("file", sorted(ENGINE.glob("*.mjs")), ids=lambda file: file.name)
def test_no_file_is_over_300_lines(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


def test_the_lock_file_names_no_registry_and_keeps_hashes() -> None:
    text = (ENGINE / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity"') == text.count('"node_modules/')
