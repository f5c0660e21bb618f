from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from plugins.classifier.artefact import ARTEFACT_DIR
from plugins.classifier.corpus import load_corpus
from plugins.classifier.versions import Versions
from plugins.routing.feedback import Feedback, FeedbackLog
from services.cli.router import router

ROWS = [{"text": "Translate to German: hello", "intent": "translation"}, {"text": "hello", "intent": "smalltalk"}]


def run(*args: str, stdin: str | None = None) -> Any:
    return CliRunner().invoke(router, list(args), input=stdin)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS) + "\n\n", encoding="utf-8")
    return path


def test_classify_text_and_messages() -> None:
    messages = [
        {"role": "user", "content": "Translate to German: hello"},
        {"role": "assistant", "content": "hallo"},
        {"role": "user", "content": "and now in French"},
    ]
    result = run("classify", stdin=json.dumps({"text": "hello"}) + "\n" + json.dumps({"messages": messages}) + "\n")
    assert result.exit_code == 0, result.output
    first, second = map(json.loads, result.output.splitlines())
    assert (first["intent"], first["tier"]) == ("smalltalk", "instant")
    assert (second["best"], second["tier"]) == ("translation", "small")
    assert set(first) == {"intent", "best", "confidence", "second", "tier"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nope", "stdin:1: not JSON"),
        ("[]", "expected an object"),
        ("{}", "expected"),
        ('{"messages": "x"}', "must be a list"),
    ],
)
def test_classify_names_a_bad_line(line: str, message: str) -> None:
    result = run("classify", stdin=line + "\n")
    assert result.exit_code == 1
    assert message in result.output


def test_evaluate_prints_figures(rows: Path) -> None:
    result = run("evaluate", str(rows))
    assert result.exit_code == 0, result.output
    for word in ("accuracy", "macro-F1", "ECE", "coverage", "small vs large", "confusion", "latency"):
        assert word in result.output


def test_evaluate_as_json(rows: Path) -> None:
    result = run("evaluate", str(rows), "--json")
    assert json.loads(result.output)["rows"] == 2


def test_evaluate_names_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"text": "x", "intent": "poetry"}\n', encoding="utf-8")
    result = run("evaluate", str(path))
    assert result.exit_code == 1
    assert "bad.jsonl:1" in result.output


def test_card() -> None:
    result = run("card")
    assert result.exit_code == 0, result.output
    assert "held_out_families" in json.loads(result.output)


def test_a_card_is_not_measured_again_on_other_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.classifier.examples.training_examples", lambda: load_corpus()[:20])
    shutil.copytree(ARTEFACT_DIR, tmp_path / "model")
    before = (tmp_path / "model" / "card.json").read_bytes()
    result = run("card", "--measure", "--model", str(tmp_path / "model"))
    assert result.exit_code == 1
    assert "other examples" in result.output
    assert (tmp_path / "model" / "card.json").read_bytes() == before


@pytest.fixture
def _small_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the corpus: what is tested is the command."""
    some = load_corpus()[::5]
    monkeypatch.setattr("plugins.classifier.examples.load_corpus", lambda: some)


@pytest.mark.usefixtures("_small_corpus")
def test_train_with_own_rows_and_with_what_people_said(rows: Path, tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path / "feedback.sqlite")
    log.put(Feedback(1.0, "dec_1", None, "bad", "question", "math"))
    log.close()
    texts = tmp_path / "texts.jsonl"
    texts.write_text(
        '{"decision_id": "dec_1", "text": "what do 2 and 3 make"}\n{"decision_id": "dec_2", "text": "a"}\n'
    )
    out = tmp_path / "model"
    more = ("--data", str(rows), "--texts", str(texts), "--state", str(tmp_path))
    result = run("train", *more, "--out", str(out), "--scale", "0", "--folds", "2")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["note"].endswith("3 own rows")
    assert "1 of 2 texts were judged" in result.stderr
    assert run("classify", "--model", str(out), stdin='{"text": "hello"}\n').exit_code == 0


def test_promote_and_rollback(tmp_path: Path) -> None:
    shutil.copytree(ARTEFACT_DIR, tmp_path / "classifier" / "versions" / "a1")
    state = ("--state", str(tmp_path))
    assert "a1 is in service" in run("promote", "a1", *state).output
    assert "shipped is in service" in run("rollback", *state).output
    assert run("promote", "b2", *state).exit_code == 1
    assert run("rollback", *state).exit_code == 1


@pytest.mark.usefixtures("_small_corpus")
def test_a_worse_candidate_is_kept_but_does_not_serve(rows: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    result = run("train", "--data", str(rows), "--state", str(state), "--scale", "0", "--folds", "2")
    assert result.exit_code == 0, result.output
    assert "kept, not in service" in result.output
    assert Versions(state).current() == "shipped"
    assert len(Versions(state).kept()) == 2
