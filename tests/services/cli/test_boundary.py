"""``signalbox boundary scan``: what is found, without a service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli.main import main


def scan(*arguments: str, stdin: str | bytes) -> Result:
    return CliRunner().invoke(main, ["boundary", "scan", *arguments], input=stdin)


def test_a_line_for_each_line() -> None:
    texts = ["nothing here", "card 4111 1111 1111 1111", "we moved to Oslo", "Ask Margaret Thornton, +49 30 901820"]
    done = scan(stdin="\n".join(json.dumps({"text": text}) for text in texts))
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 0
    assert [line["data_class"] for line in told] == ["public", "restricted", "internal", "restricted"]
    assert told[0] == {"data_class": "public", "spans": []}
    assert told[1]["spans"] == [{"type": "CREDIT_CARD", "start": 5, "end": 24, "score": 1.0}]
    assert [span["type"] for span in told[3]["spans"]] == ["PERSON", "PHONE_NUMBER"]


@pytest.mark.parametrize("line", ["no json", "[]", "{}", '{"text": 5}', b"\xff\xfe", "[" * 5000])
def test_a_line_that_cannot_be_read(line: str | bytes) -> None:
    done = scan(stdin=line)
    assert done.exit_code == 1
    assert set(json.loads(done.stdout)) == {"error"}


def test_terms_and_classes_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "clients.txt").write_text("Globex\n")
    config = tmp_path / "site.yaml"
    config.write_text(
        "model_list: []\ngateway: {boundary: {terms_files: [clients.txt], detectors: {term: internal}}}\n"
    )
    done = scan("--config", str(config), stdin='{"text": "for GLOBEX only"}')
    assert json.loads(done.stdout)["data_class"] == "internal"
    (tmp_path / "clients.txt").unlink()
    assert scan("--config", str(config), stdin="").exit_code == 2


@pytest.mark.parametrize("key", ["detectors: {creditcard: internal}", "mentions: [nothing]", "exempt: {k: [smell]}"])
def test_an_unknown_word_is_an_error_with_its_line(tmp_path: Path, key: str) -> None:
    config = tmp_path / "site.yaml"
    config.write_text(f"gateway:\n  boundary:\n    {key}\n")
    done = scan("--config", str(config), stdin="")
    assert done.exit_code == 2
    assert "site.yaml:3" in done.stderr


def test_evaluate_prints_figures_by_record_and_by_type(tmp_path: Path) -> None:
    rows = [
        {"text": "Ask Margaret Thornton.", "spans": [{"type": "PERSON", "start": 4, "end": 21}]},
        {"text": "the mauve one", "spans": [{"type": "COLOR", "start": 4, "end": 9}]},
        {"text": "nothing here", "spans": []},
        {"text": "card 4111 1111 1111 1111"},
    ]
    file = tmp_path / "labelled.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    done = CliRunner().invoke(main, ["boundary", "evaluate", str(file)])
    assert done.exit_code == 0, done.output
    assert "recall by record       0.5000  (1 of 2 with spans)" in done.stdout
    assert "false alarms by record 0.5000  (1 of 2 without)" in done.stdout
    assert "person                  1   1.000    1.000          1.000" in done.stdout
    file.write_text("no json")
    assert CliRunner().invoke(main, ["boundary", "evaluate", str(file)]).exit_code == 1
