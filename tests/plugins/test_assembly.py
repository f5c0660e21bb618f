from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plugins.assembly import Warms, build_router, replay_router
from plugins.registry import POLICIES, SIGNALS
from plugins.routing.config.load import parse_config
from plugins.routing.types import Caller, DataClass, Facts

MODEL = "model_list:\n  - {model_name: q, litellm_params: {model: ollama/x}, model_info: {location: local}}\n"


def test_what_is_registered_takes_part_in_order(tmp_path: Path) -> None:
    router = build_router(parse_config("gateway: {}", str(tmp_path / "c.yaml")))
    assert [e.name for e in router.extractors] == [s.name for s in SIGNALS]
    assert [p.name for p in router.policies] == [p.name for p in POLICIES]
    decision = router.decide(Facts("r", "/v1/chat/completions", "auto", text="hello"))
    assert [s.name for s in decision.signals] == [s.name for s in SIGNALS]
    assert all(s.label is not None for s in decision.signals)


def test_only_deployments_change_and_signals_go_on() -> None:
    first = build_router(parse_config("gateway: {}", "c.yaml"))
    second = build_router(parse_config(MODEL, "c.yaml"), previous=first)
    assert [d.model_group for d in second.deployments] == ["q"]
    assert second.extractors is first.extractors
    third = build_router(parse_config("gateway: {when_unavailable: refuse}", "c.yaml"), previous=second)
    assert third.extractors is not first.extractors


def test_a_changed_policy_forgets_no_conversation() -> None:
    first = build_router(parse_config(MODEL, "c.yaml"))
    confined = Caller(may_declare=True, declared=DataClass.RESTRICTED)
    asked = Facts("r", "/v1/chat/completions", "auto", text="hi", caller=confined, conversation="c-1")
    first.decide(asked)
    second = build_router(parse_config(MODEL + "gateway: {when_unavailable: refuse}\n", "c.yaml"), previous=first)
    later = second.decide(replace(asked, caller=Caller(may_declare=True, declared=DataClass.PUBLIC)))
    signal = later.signal("data_class")
    assert signal is not None
    assert signal.label == "restricted"


def test_what_must_be_loaded_is_loaded_before_the_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    warmed: list[str] = []
    for signal in SIGNALS:
        if hasattr(signal, "warm"):
            monkeypatch.setattr(signal, "warm", lambda self: warmed.append(self.name))
    router = build_router(parse_config("gateway: {}", "c.yaml"))
    assert "intent" in warmed
    assert warmed == [e.name for e in router.extractors if isinstance(e, Warms)]


def test_answer_files_are_relative_to_the_users_file(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("[]\n")
    router = build_router(parse_config("gateway: {}", str(tmp_path / "run" / "litellm.yaml")), base_dir=tmp_path)
    assert router.spec.instant.answers == ()


def test_a_router_for_known_signals_loads_none() -> None:
    router = replay_router(parse_config(MODEL, "c.yaml"))
    assert router.extractors == ()
    assert [p.name for p in router.policies] == [p.name for p in POLICIES]
