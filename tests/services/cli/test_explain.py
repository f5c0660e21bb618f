"""``signalbox explain``: the same decisions, without a service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from plugins.routing.config.load import load_config
from services.cli.main import main
from services.supervisor.model_list import Sidecars
from services.supervisor.render import render, to_yaml
from services.supervisor.state import State
from tests.support.system import command

KEYS = ["intent", "confidence", "data_class", "tier", "chosen", "fallbacks", "denied_by", "reasons"]

SITE = """
model_list:
  - model_name: small-one
    litellm_params: {model: ollama_chat/a:4b, api_base: "http://127.0.0.1:11434"}
    model_info: {location: local, tier: small}
  - model_name: big-one
    litellm_params: {model: hosted_vllm/b, api_base: "http://127.0.0.1:8000/v1"}
    model_info: {location: local, tier: large}
  - model_name: far-one
    litellm_params: {model: anthropic/c}
    model_info: {location: cloud, tier: frontier}
gateway: {}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIGNALBOX_CONFIG", "SIGNALBOX_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site.yaml").write_text(SITE)


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["explain", *arguments], input=stdin)


def told(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def body(text: str, model: str = "auto") -> str:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": text}]})


def test_one_line_with_exactly_these_keys() -> None:
    done = run("--config", "site.yaml", "--text", "Translate this to French: the train leaves at noon.")
    assert done.exit_code == 0, done.output
    (decision,) = told(done)
    assert list(decision) == KEYS
    assert decision["intent"] == "translation"
    assert decision["data_class"] == "internal"
    assert (decision["tier"], decision["chosen"]) == ("small", "small-one")
    assert decision["denied_by"] is None
    assert "far-one" not in decision["fallbacks"], "internal may not leave"


def test_a_declared_class_opens_or_closes_the_cloud() -> None:
    def fallbacks(data_class: str) -> list[str]:
        done = run("--config", "site.yaml", "--text", "Write a poem about rain.", "--data-class", data_class)
        found: list[str] = told(done)[0]["fallbacks"]
        return found

    assert "far-one" in fallbacks("public")
    assert "far-one" not in fallbacks("restricted")
    done = run("--text", "x", "--data-class", "secret")
    assert done.exit_code == 2
    assert "unknown data class" in done.output


def test_bad_lines_give_an_error_in_their_place_and_the_others_go_on() -> None:
    lines = [body("hello there"), "{", "[1]", '{"model": "auto", "messages": []}', "", body("hi", "small-one")]
    done = run("--config", "site.yaml", stdin="\n".join(lines) + "\n")
    assert done.exit_code == 1
    kinds = ["error" if "error" in one else one["chosen"] for one in told(done)]
    assert kinds[1:4] == ["error"] * 3
    assert kinds[0] is not None
    assert kinds[4] == "small-one"
    assert told(done)[3]["error"]["param"] == "messages"


@pytest.mark.parametrize("raw", [b"\xff\xfe{}", b'{"model": "auto", "messages": "\xf0"}', b"9" * 5000, b"[" * 100_000])
def test_bytes_that_are_no_body_are_an_error_not_a_crash(raw: bytes) -> None:
    done = run("--config", "site.yaml", stdin=raw + b"\n")
    assert done.exit_code == 1
    assert list(told(done)[0]) == ["error"]


def test_the_built_in_answers_are_there_as_in_the_running_gateway() -> None:
    (decision,) = told(run("--config", "site.yaml", "--text", "hello"))
    assert (decision["tier"], decision["chosen"]) == ("instant", "instant")
    Path("off.yaml").write_text(SITE.replace("gateway: {}", "gateway: {instant: {enabled: false}}"))
    (decision,) = told(run("--config", "off.yaml", "--text", "hello"))
    assert decision["chosen"] == "small-one"


def test_without_a_model_it_is_refused_and_says_what_is_missing() -> None:
    (decision,) = told(run("--text", "Summarize the minutes of the meeting in two sentences."))
    assert decision["chosen"] is None
    assert decision["denied_by"]
    assert decision["fallbacks"] == []


def test_found_deployments_of_the_last_run_count(tmp_path: Path) -> None:
    Path("litellm_config.yaml").write_text("gateway: {}\n")
    state = State(tmp_path / ".signalbox")
    state.prepare()
    found = {
        "model_name": "found-one",
        "litellm_params": {"model": "ollama_chat/found-one", "api_base": "http://127.0.0.1:11434"},
        "model_info": {"location": "local", "tier": "small", "modalities": ["text"], "found": "ollama"},
    }
    rendered = render(load_config(Path("litellm_config.yaml")), [found], Sidecars())
    state.rendered.write_text(to_yaml(rendered, Path("x")))
    (decision,) = told(run("--text", "Write a function that sorts a list."))
    assert decision["chosen"] == "found-one"
    state.rendered.write_text(yaml.safe_dump("damaged"))
    (decision,) = told(run("--text", "Write a function that sorts a list."))
    assert decision["chosen"] is None


def test_pretty_is_for_people() -> None:
    done = run("--config", "site.yaml", "--pretty", "--text", "Fix the bug in this function: def f(): retrun 1")
    assert done.stdout.startswith("auto -> ")
    assert "intent" in done.stdout
    assert not done.stdout.startswith("{")


def test_a_broken_file_exits_2_with_its_lines() -> None:
    Path("site.yaml").write_text("gateway: {intents: {coding: smal}}\n")
    done = run("--config", "site.yaml", "--text", "x")
    assert done.exit_code == 2
    assert "site.yaml:1: gateway.intents.coding" in done.stderr


def test_litellm_is_never_imported() -> None:
    code = (
        "import sys\nfrom services.cli.main import main\n"
        "try: main(['explain', '--text', 'hello'])\n"
        "finally: print('litellm' in sys.modules, 'sklearn' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "False False"


def test_as_a_command_it_reads_a_pipe() -> None:
    argv = command("explain", "--config", "site.yaml")
    done = subprocess.run(argv, input=f"{body('hello')}\n{body('x', 'nobody')}\n", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["chosen"] == "instant"
    assert second["chosen"] is None
    assert "nobody" in second["reasons"][-1]
