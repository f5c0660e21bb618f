"""``signalbox router skill``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugins.skills.rows import Row
from services.cli.main import main
from tests.plugins.skills.rows_of import mails, orders


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def run(state: Path, verb: str, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["router", "skill", verb, *arguments, "--state", str(state)], input=stdin)


def write(path: Path, rows: list[Row]) -> Path:
    lines = [{"text": r.text, **({"label": r.label} if r.label else {"fields": dict(r.fields)})} for r in rows]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


def test_the_whole_life_of_a_skill(state: Path, tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", mails())
    first = run(state, "train", "lead", str(rows))
    assert first.exit_code == 0, first.output
    assert "in service" in first.stdout
    assert "skills: {lead: {}}" in first.stdout
    card = json.loads(run(state, "card", "lead").stdout)
    assert card["outputs"] == ["lead", "other"]
    text = json.dumps({"text": "Hello, we would like a quote for 40 licenses. Regards, A."})
    told = json.loads(run(state, "classify", "lead", stdin=text).stdout)
    assert (told["label"], told["sure"]) == ("lead", True)
    again = run(state, "train", "lead", str(write(tmp_path / "fewer.jsonl", mails(60))))
    assert again.exit_code == 0, again.output
    assert "present" in again.stdout
    other = next(v for v in run(state, "list").stdout.split()[1:] if card["version"] not in v).strip("*")
    assert run(state, "promote", "lead", other).exit_code == 0
    assert f"*{other}" in run(state, "list").stdout
    back = run(state, "rollback", "lead", card["version"])
    assert f"version {card['version']} is in service" in back.stdout
    found = json.loads(run(state, "evaluate", "lead", str(rows)).stdout)
    assert found["accuracy"] > 0.9


def test_fields(state: Path, tmp_path: Path) -> None:
    done = run(state, "train", "order", str(write(tmp_path / "rows.jsonl", orders())))
    assert done.exit_code == 0, done.output
    told = json.loads(run(state, "classify", "order", stdin='{"text": "my order A-77 is complete, thank you."}').stdout)
    assert told["fields"]["due"] is None


@pytest.mark.parametrize(
    ("line", "said"),
    [("nope", "rows.jsonl:1:"), ('{"text": "a"}', "rows.jsonl:1: expected"), ("", "rows.jsonl: 0 rows")],
)
def test_bad_rows_are_named(state: Path, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "rows.jsonl").write_text(line)
    done = run(state, "train", "x", str(tmp_path / "rows.jsonl"))
    assert done.exit_code == 1
    assert said in done.stderr


def test_a_name_that_is_none_and_a_skill_that_is_not_there(state: Path) -> None:
    assert "no name of a skill" in run(state, "card", "../x").stderr
    assert "is in service" in run(state, "card", "none").stderr
