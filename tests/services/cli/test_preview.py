"""``signalbox config preview``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plugins.routing.decision_log import DecisionLog, record_of
from plugins.routing.types import Decision, Signal, Tier
from services.cli.main import main
from services.cli.preview import as_text
from tests.plugins.routing.make import LARGE, SMALL, facts

SITE = """
model_list:
- model_name: small-one
  litellm_params: {model: ollama_chat/a, api_base: "http://127.0.0.1:11434"}
  model_info: {location: local, tier: small}
- model_name: large-one
  litellm_params: {model: openai/b, api_base: "http://127.0.0.1:8000/v1"}
  model_info: {location: local, tier: large}
gateway: {}
"""


@pytest.fixture(autouse=True)
def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIGNALBOX_CONFIG", "SIGNALBOX_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "next.yaml").write_text(SITE.replace("gateway: {}", "gateway: {intents: {coding: small}}"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["config", "preview", *arguments, "--config", "site.yaml"])


def fill_log() -> None:
    log = DecisionLog(Path(".signalbox/decisions.sqlite"), 0)
    for place in range(6):
        intent = "coding" if place % 3 == 0 else "question"
        chosen = LARGE if intent == "coding" else SMALL
        signals = (Signal("intent", intent, 0.9), Signal("data_class", "internal", detail={"why": "default"}))
        decision = Decision(f"dec_{place}", "auto", signals, (), chosen, needed=Tier.SMALL)
        log.put(record_of(decision, facts(token_estimate=10), at=float(place)))
    log.close()


def test_logged_decisions_are_decided_again() -> None:
    fill_log()
    done = run("next.yaml")
    assert done.exit_code == 0, done.output
    assert "6 requests decided again" in done.stdout
    assert "2  auto, coding, internal: large-one (local, large) -> small-one (local, small)" in done.stdout
    assert "nothing could go where it may not go today" in done.stdout
    assert "not measured" in done.stdout


def test_a_file_of_requests_takes_the_place_of_the_log(tmp_path: Path) -> None:
    texts = ("Write a Python function that returns the n-th prime number.", "Translate to French: good morning to you")
    lines = [{"messages": [{"role": "user", "content": text}]} for text in texts]
    (tmp_path / "r.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    done = run("next.yaml", "--requests", "r.jsonl", "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["requests"], [flip["intent"] for flip in found["flips"]]) == (0, 2, ["coding"])


def test_a_weaker_boundary_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "weak.yaml").write_text(SITE.replace("gateway: {}", "gateway: {boundary: {default_class: public}}"))
    done = run("weak.yaml")
    assert done.exit_code == 1
    assert "gateway.boundary.default_class: internal -> public" in done.stdout
    assert "no requests" in done.stderr


def test_a_broken_file_ends_with_2_and_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("gateway:\n  intents: {coding: smal}\n")
    done = run("broken.yaml")
    assert done.exit_code == 2
    assert 'broken.yaml:2: gateway.intents.coding: unknown tier "smal"' in done.stderr


@pytest.mark.parametrize(("line", "said"), [("nope", "r.jsonl:1: not a JSON object"), ('{"messages": []}', "is empty")])
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "r.jsonl").write_text(line)
    done = run("next.yaml", "--requests", "r.jsonl")
    assert done.exit_code == 1
    assert said in done.stderr


def test_the_text_is_for_people() -> None:
    fill_log()
    from plugins.routing.config.load import load_config
    from services.cli.preview import replay

    site = load_config(Path("site.yaml"))
    rows = DecisionLog(Path(".signalbox/decisions.sqlite"), 0).recent(10)
    assert "would go elsewhere: 0 requests" in as_text(replay(site, site, rows))
