"""A decision written into a request."""

from __future__ import annotations

from typing import Any

from plugins.litellm_adapter import rewrite, verdict
from plugins.routing.types import Verdict
from tests.plugins.litellm_adapter.facts import decision, trace

GROUPS = {"dep-small": "small", "dep-big": "big", "dep-small-2": "small"}


def _applied(data: dict[str, Any], **more: Any) -> dict[str, Any]:
    rewrite.apply(data, decision(**more), trace(), GROUPS)
    return data


def test_model_fallbacks_and_verdict_are_ours() -> None:
    data = _applied({"model": "auto", "fallbacks": ["cloud"], "metadata": {"signalbox_verdict": {"order": ["x"]}}})
    assert data["model"] == "small"
    assert data["fallbacks"] == ["big"]
    assert "disable_fallbacks" not in data
    found = verdict.read(data)
    assert found is not None
    assert found.order == ("dep-small", "dep-big")
    assert data["num_retries"] == 0


def test_without_fallbacks_they_are_switched_off() -> None:
    data = _applied({"model": "auto", "disable_fallbacks": False}, fallbacks=())
    assert data["disable_fallbacks"] is True
    assert "fallbacks" not in data


def test_a_pinned_group_may_use_all_its_allowed_deployments() -> None:
    kept = (Verdict("selection", "require", ("dep-small", "dep-small-2"), "pinned"),)
    data = _applied({"model": "small"}, fallbacks=(), pinned=True, verdicts=kept)
    found = verdict.read(data)
    assert found is not None
    assert found.order == ("dep-small", "dep-small-2")
    assert data["num_retries"] == 1


def test_what_steers_is_gone_and_what_asks_stays() -> None:
    kept = {"model": "auto", "temperature": 0.1, "tools": [], "stop": "x", "user": "u", "metadata": {}, "n": 1}
    data = {**kept, **dict.fromkeys(rewrite.STEERING, "x"), "aws_secret_access_key": "k", "vertex_project": "p"}
    rewrite.strip(data)
    assert data == kept
