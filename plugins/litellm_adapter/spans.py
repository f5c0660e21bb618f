"""What a trace shows of a request in the gateway: signals, decision, and each attempt at a model.

Knows: which spans there are and what stands on them. Does not know: how spans are sent (``services.common.tracing``).
Where no collector was named everything here costs a comparison. Labels, ids and counts only, never content.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from plugins.litellm_adapter.trace import Trace
from plugins.routing.live import Live
from plugins.routing.router import Router
from plugins.routing.types import Decision, Deployment, Facts
from services.common import tracing

REQUEST_ID = "x-request-id"


class Spans:
    """One a worker. ``on``: whether anybody collects."""

    def __init__(self, on: bool = False) -> None:
        self.on = on

    def decide(self, router: Router, facts: Facts, live: Mapping[str, Live]) -> Decision:
        """``router.decide``, with the time of its two halves."""
        if not self.on:
            return router.decide(facts, live)
        marks = [time.time_ns()]
        decision = router.decide(facts, live, lambda: marks.append(time.time_ns()))
        marks.append(time.time_ns())
        labels = {f"signalbox.{s.name}": s.label for s in decision.signals if s.label is not None}
        tracing.record("signals", marks[0], marks[1], labels)
        tracing.record("decision", marks[1], marks[-1], told(decision))
        return decision

    def attempt(self, trace: Trace, deployment: Deployment | None) -> None:
        """A request is about to be sent."""
        if not self.on:
            return
        trace.span = tracing.start("model", kind=tracing.SpanKind.CLIENT)
        if deployment is not None:
            trace.span.set_attributes(
                {
                    "signalbox.deployment": deployment.id,
                    "signalbox.tier": deployment.tier.label,
                    "signalbox.location": deployment.location,
                }
            )

    def finished(self, trace: Trace, status: int) -> None:
        """The attempt ended; ``status`` 0: the caller went away."""
        if trace.span is not None:
            trace.span.set_attribute("http.response.status_code", status)
            trace.span.end()
            trace.span = None

    def outgoing(self, trace: Trace, kwargs: dict[str, Any]) -> None:
        """Lets the upstream continue the trace and log the request's id; for places of one's own, never for a cloud."""
        if trace.span is not None:
            told = {**tracing.headers(trace.span), REQUEST_ID: trace.request_id}
            kwargs["extra_headers"] = {**(kwargs.get("extra_headers") or {}), **told}


def told(decision: Decision) -> dict[str, str | bool]:
    """What stands on a decision's span."""
    found: dict[str, str | bool] = {"signalbox.decision_id": decision.id, "signalbox.degraded": decision.degraded}
    if decision.denied_by is not None:
        found["signalbox.denied_by"] = decision.denied_by
    if decision.chosen is not None:
        found |= {"signalbox.deployment": decision.chosen.id, "signalbox.tier": decision.chosen.tier.label}
    return found
