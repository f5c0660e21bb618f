from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.model_list import check_model_list
from plugins.routing.config.problems import Findings, dotted
from plugins.routing.config.spec import GatewaySpec


def entry(info: object = None, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"model_name": "m", "litellm_params": {"model": "ollama/x"}}
    if info is not None:
        made["model_info"] = info
    return {**made, **changes}


def findings_of(value: object) -> Findings:
    findings = Findings()
    check_model_list(value, GatewaySpec(), findings)
    return findings


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        [entry()],
        [entry({"location": "local", "tier": "small", "modalities": ["text"], "context_window": 1, "mode": "chat"})],
        [entry({"signalbox_tier": "large", "tier": "free"})],
        [entry({"features": [], "parameters_b": 4.0, "found": "ollama", "builtin": True, "id": "a"})],
        [entry({"serve": {"engine": "vllm", "model": "x", "args": ["--a", 1]}})],
        [entry({"input_cost_per_token": 1, "max_tokens": 3, "base_model": "x", "team_id": "t", "made_up_key": 1})],
        [entry({"signalbox_placeholder": True}, model_name="auto")],
        [entry({"mode": "responses"})],
    ],
)
def test_what_is_allowed(value: object) -> None:
    findings = findings_of(value)
    assert findings.errors == []
    assert findings.warnings == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "model_list: must be a list"),
        (["x"], "model_list[0]: must be a mapping"),
        ([{"litellm_params": {"model": "x"}}], "model_list[0].model_name: is missing"),
        ([entry(model_name=3)], "model_name: must be text, not 3"),
        ([entry(model_name="auto")], 'model_name: "auto" is a capability'),
        ([entry(litellm_params=None)], "litellm_params: is missing"),
        ([entry(litellm_params=[])], "litellm_params: must be a mapping"),
        ([entry(litellm_params={})], "litellm_params.model: is missing"),
        ([entry(litellm_params={"model": 3})], "litellm_params.model: must be text"),
        ([entry(litellm_params={"model": "x", "api_base": 3})], "api_base: must be a URL"),
        ([entry([])], "model_info: must be a mapping"),
        ([entry({"location": 3})], "location: must be text"),
        ([entry({"tier": "smal"})], 'did you mean "small"?'),
        ([entry({"signalbox_tier": None})], "signalbox_tier: unknown tier nothing"),
        ([entry({"modalities": "text"})], "modalities: must be a list"),
        ([entry({"modalities": []})], "modalities: is empty"),
        ([entry({"modalities": ["txt"]})], "modalities[0]: unknown modality"),
        ([entry({"features": ["tols"]})], "features[0]: unknown feature"),
        ([entry({"mode": "sing"})], "mode: unknown mode"),
        ([entry({"context_window": 0})], "context_window: must be a positive"),
        ([entry({"context_window": True})], "context_window: must be a positive"),
        ([entry({"context_window": "32k"})], "context_window: must be a positive"),
        ([entry({"parameters_b": "4b"})], "parameters_b: must be a positive number"),
        ([entry({"id": 3})], "id: must be text"),
        (
            [entry({"id": "a"}), entry({"id": "a"})],
            'model_list[1].model_info.id: duplicate id "a" (also model_list[0])',
        ),
        ([entry({"serve": "vllm"})], "serve: must be a mapping"),
        ([entry({"serve": {"engine": "tgi", "model": "x"}})], "serve.engine: unknown engine"),
        ([entry({"serve": {"engine": "vllm"}})], "serve.model: must be text"),
        ([entry({"serve": {"engine": "vllm", "model": "x", "args": "--a"}})], "serve.args: must be a list"),
        ([entry({"serve": {"engine": "vllm", "model": "x", "arg": []}})], 'did you mean "args"?'),
    ],
)
def test_what_is_wrong(value: object, words: str) -> None:
    (problem,) = [f"{dotted(path)}: {message}" for path, message in findings_of(value).errors]
    assert words in problem


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"location": "mars"}, 'no zone is named "mars"'),
        ({"contextwindow": 3}, 'did you mean "context_window"?'),
        ({"context-window": 3}, 'did you mean "context_window"?'),
        ({"modalites": ["text"]}, 'did you mean "modalities"?'),
        ({"teir": "small"}, 'did you mean "tier"?'),
        ({"mode": "realtime"}, "not routed"),
    ],
)
def test_what_is_probably_not_meant(info: dict[str, Any], words: str) -> None:
    findings = findings_of([entry(info)])
    assert findings.errors == []
    assert len(findings.warnings) == 1
    assert words in findings.warnings[0][1]
