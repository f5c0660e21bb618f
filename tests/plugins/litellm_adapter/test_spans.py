from __future__ import annotations

from typing import Any

from plugins.litellm_adapter.spans import Spans, told
from plugins.litellm_adapter.trace import Trace
from plugins.routing.types import Facts
from tests.plugins.litellm_adapter import facts

FACTS = Facts("r", "/v1/chat/completions", "auto", text="a secret")


def test_where_nobody_collects_there_is_only_the_decision() -> None:
    spans, trace = Spans(), Trace(request_id="r1")
    assert spans.decide(facts.router(), FACTS, {}).chosen is not None
    kwargs: dict[str, Any] = {}
    spans.attempt(trace, facts.SMALL)
    spans.outgoing(trace, kwargs)
    spans.finished(trace, 200)
    assert (trace.span, kwargs) == (None, {})


def test_the_upstream_is_told_the_request_and_its_own_headers_stay() -> None:
    spans, trace = Spans(on=True), Trace(request_id="r1")
    assert spans.decide(facts.router(), FACTS, {}).chosen is not None
    spans.attempt(trace, facts.SMALL)
    kwargs = {"extra_headers": {"x-own": "1"}}
    spans.outgoing(trace, kwargs)
    assert kwargs["extra_headers"] == {"x-own": "1", "x-request-id": "r1"}
    spans.finished(trace, 200)
    assert trace.span is None


def test_a_decisions_span_holds_labels_and_no_words() -> None:
    found = told(facts.decision())
    assert found == {
        "signalbox.decision_id": "dec_1",
        "signalbox.degraded": False,
        "signalbox.deployment": "dep-small",
        "signalbox.tier": "small",
    }
    denied = told(facts.decision(chosen=None, denied_by="data_boundary"))
    assert denied["signalbox.denied_by"] == "data_boundary"
