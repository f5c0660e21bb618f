from __future__ import annotations

from dataclasses import replace

import pytest

from services.console.decision_record import Row, Step, step_of

ROW = Row(
    key=1,
    id="d",
    at=0.0,
    capability="auto",
    intent="math",
    confidence=0.9,
    data_class="public",
    tier="small",
    deployment="x",
    location="local",
    denied_by=None,
    degraded=False,
    status=None,
    latency_ms=None,
    reasons=("intent: math (0.90)", "selection: small"),
)


@pytest.mark.parametrize(
    ("denied_by", "status", "degraded", "outcome"),
    [
        (None, None, False, "served"),
        (None, 200, False, "served"),
        (None, 200, True, "degraded"),
        (None, 502, True, "failed"),
        (None, 0, False, "failed"),
        ("data_boundary", 403, False, "refused"),
    ],
)
def test_outcomes(denied_by: str | None, status: int | None, degraded: bool, outcome: str) -> None:
    assert replace(ROW, denied_by=denied_by, status=status, degraded=degraded).outcome == outcome


def test_why_is_the_refusal_else_the_last_clause() -> None:
    assert ROW.why == "selection: small"
    assert replace(ROW, denied_by="intent").why == "intent: math (0.90)"
    assert replace(ROW, denied_by="nobody").why == "selection: small"
    assert replace(ROW, reasons=()).why == ""


@pytest.mark.parametrize(
    ("reason", "denied_by", "step"),
    [
        ("data_boundary: class a may go to: b", None, Step("data_boundary", "class a may go to: b", False)),
        ("data_boundary: no", "data_boundary", Step("data_boundary", "no", True)),
        ("no colon", "x", Step("", "no colon", False)),
        ("two words: x", None, Step("", "two words: x", False)),
    ],
)
def test_steps(reason: str, denied_by: str | None, step: Step) -> None:
    assert step_of(reason, denied_by) == step
