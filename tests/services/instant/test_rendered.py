import os
from pathlib import Path
from typing import Any

import pytest

from services.instant.rendered import Installation, Rendered, installation

RENDERED = """
model_list:
- {model_name: qwen, litellm_params: {model: openai/qwen}, model_info: {id: a}}
- {model_name: qwen, litellm_params: {model: openai/qwen2}, model_info: {id: b}}
- {model_name: cloud, litellm_params: {model: openai/gpt}}
- {model_name: auto, litellm_params: {}, model_info: {signalbox_placeholder: true, mode: chat}}
- {model_name: embed, litellm_params: {}, model_info: {signalbox_placeholder: true, mode: embedding}}
- {model_name: instant, litellm_params: {}, model_info: {builtin: true}}
gateway: {instant: {answers: [/etc/own.yaml], min_score: 0.9}}
"""
WHOLE = Installation(("qwen", "cloud"), ("auto",), (Path("/etc/own.yaml"),), 0.9)


def test_it_follows_the_file(tmp_path: Path) -> None:
    path = tmp_path / "litellm.yaml"
    rendered = Rendered(path)
    assert rendered.current() == Installation()
    path.write_text(RENDERED)
    assert rendered.current() == WHOLE
    path.write_text("model_list: [")
    assert rendered.current() == WHOLE
    path.unlink()
    assert rendered.current() == WHOLE
    path.write_text("model_list: [{model_name: other}]")
    assert rendered.current().models == ("other",)


def test_it_reads_once_per_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "litellm.yaml"
    path.write_text(RENDERED)
    rendered = Rendered(path)
    first = rendered.current()
    assert rendered.current() is first
    os.utime(path, ns=(1, 1))
    assert rendered.current() is not first


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "text",
        {"model_list": None},
        {"model_list": "x"},
        {"model_list": [None, 3, {"model_name": 3}, {"model_info": []}]},
        {"gateway": []},
        {"gateway": {"instant": None}},
        {"gateway": {"instant": {"answers": "x", "min_score": True}}},
    ],
)
def test_an_unexpected_shape_says_nothing(raw: Any) -> None:
    assert installation(raw) == Installation()
