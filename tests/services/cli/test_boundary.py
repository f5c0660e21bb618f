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
