"""The commands, on files of the tests."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugins.ledger.store import HEAD, Store
from services.cli.ledger import ledger
from tests.plugins.ledger.make import KEY, lines, record, rewrite, written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten that left, one that stayed, one that was refused."""
    made = written(tmp_path / "ledger")
    store = Store(made, KEY)
    store.append([{"event": "kept", "class": "restricted", "decision": "k1", "key": "=cmd()"}], sync=False)
    store.append([{"event": "refused", "class": "restricted", "decision": "r1", "reason": "data_boundary"}], sync=False)
    store.close()
    return made


def run(folder: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(ledger, [*arguments, "--ledger", str(folder)], input=stdin)


def test_verify_says_what_it_read(folder: Path) -> None:
    done = run(folder, "verify")
    assert done.exit_code == 0
    assert "OK: 12 records, 5 checkpoints, 0 kept elsewhere; the last record is 12" in done.output
    assert "--against" in done.output


def test_a_change_is_an_exit_status_and_a_place(folder: Path) -> None:
    rows = lines(folder)
    rewrite(folder, [rows[0].replace(b"d0", b"d1"), *rows[1:]])
    done = run(folder, "verify")
    assert done.exit_code == 1
    assert "problem: 00000000000000000001.jsonl:2" in done.output
    assert "NOT INTACT" in done.output


def test_the_past_is_proved_with_a_checkpoint_kept_elsewhere(folder: Path, tmp_path: Path) -> None:
    kept = run(folder, "checkpoint").output
    assert json.loads(kept)["seq"] == 12
    (tmp_path / "kept.jsonl").write_text(kept)
    for against, stdin in ((str(tmp_path / "kept.jsonl"), None), ("-", kept)):
        done = run(folder, "verify", "--against", against, stdin=stdin)
        assert (done.exit_code, "1 kept elsewhere" in done.output) == (0, True)
    for path in folder.glob("0*.jsonl"):
        path.unlink()
    (folder / HEAD).unlink()
    (folder / "checkpoints.jsonl").unlink()
    Store(folder, KEY).append([record(n, host="other") for n in range(20)], sync=True)
    assert run(folder, "verify").exit_code == 0
    assert run(folder, "verify", "--against", str(tmp_path / "kept.jsonl")).exit_code == 1


@pytest.mark.parametrize("text", ["", "no checkpoint", "{}"])
def test_what_holds_no_checkpoint_is_no_proof(folder: Path, text: str) -> None:
    done = run(folder, "verify", "--against", "-", stdin=text)
    assert done.exit_code == 1
    assert "checkpoint" in done.output


def test_query(folder: Path) -> None:
    assert "0 records" in run(folder, "query", "--class", "restricted", "--left", "--since", "90d").output
    said = run(folder, "query", "--class", "restricted").output
    assert "2 records" in said
    assert "data_boundary" in said
    assert "10 records" in run(folder, "query", "--left").output
    assert run(folder, "query", "--since", "whenever").exit_code == 2


def test_export(folder: Path) -> None:
    rows = [json.loads(row) for row in run(folder, "export", "--jsonl", "--left").output.splitlines()]
    assert [row["decision"] for row in rows] == [f"d{n}" for n in range(10)]
    table = list(csv.DictReader(run(folder, "export", "--csv", "--kept").output.splitlines()))
    assert [(row["decision"], row["class"], row["key"]) for row in table] == [("k1", "restricted", "'=cmd()")]


def test_where_there_is_none(tmp_path: Path) -> None:
    done = CliRunner().invoke(ledger, ["verify", "--state", str(tmp_path)])
    assert done.exit_code == 1
    assert "no ledger" in done.output
