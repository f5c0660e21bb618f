"""The real process, as the supervisor starts it."""

from pathlib import Path

import httpx
import pytest

from services.instant.__main__ import main
from tests.support.service import service


def test_it_serves_with_the_key_and_answers_of_its_state(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "litellm.yaml").write_text("model_list: [{model_name: qwen}]")
    own = tmp_path / "own.yaml"
    own.write_text("- {id: canteen, questions: [when is the canteen open], answer: 'At noon, says {models}.'}")
    arguments = ("--state", str(tmp_path), "--answers", str(own))
    with service("services.instant", *arguments, SIGNALBOX_INTERNAL_KEY="k") as running:
        answer = httpx.post(
            f"{running.url}/v1/chat/completions",
            json={"messages": [{"role": "user", "content": "when is the canteen open?"}]},
            headers={"authorization": "Bearer k"},
        )
    assert answer.json()["choices"][0]["message"]["content"] == "At noon, says qwen."
    assert "POST /v1/chat/completions 200" in running.log
    assert "canteen" not in running.log


def test_broken_answers_do_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- {id: canteen}")
    assert main(["--state", str(tmp_path), "--answers", str(own)], {}) == 2
    assert "own.yaml:1: [0].questions: is empty" in capsys.readouterr().err
