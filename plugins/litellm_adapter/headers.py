"""``x-signalbox-*``: how a request was routed, told after the fact.

Knows: the decision and who served. Does not know: HTTP. After a fallback the headers name the deployment that
answered, not the one that was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

from plugins.litellm_adapter.trace import Trace

MAX_REASON = 300
BASIC = ("x-signalbox-decision-id", "x-signalbox-tier", "x-signalbox-degraded", "x-signalbox-cost")
"""What a key with ``headers: basic`` is told: nothing that says what a detector found or where a model stands."""


def headers_of(trace: Trace) -> Mapping[str, str]:
    """The headers of one answer; empty where nothing was decided."""
    decision = trace.decision
    if decision is None:
        return {}
    served = trace.served or decision.chosen
    intent, data_class = decision.signal("intent"), decision.signal("data_class")
    found = {
        "x-signalbox-intent": intent.label if intent is not None else None,
        "x-signalbox-data-class": data_class.label if data_class is not None else None,
        "x-signalbox-tier": served.tier.label if served is not None else None,
        "x-signalbox-deployment": served.id if served is not None else None,
        "x-signalbox-location": served.location if served is not None else None,
        "x-signalbox-reason": _reason(trace),
        "x-signalbox-decision-id": decision.id,
        "x-signalbox-escalated": trace.escalation_reason,
        "x-signalbox-cost": f"{trace.cost:.8f}" if trace.cost is not None else None,
        "x-signalbox-scrubbed": str(len(trace.names)) if trace.names is not None else None,
        "x-signalbox-answer": _answer(trace),
    }
    skill = decision.signal("skill")
    if skill is not None and served is not None and served.model_group == skill.label:
        found["x-signalbox-confidence"] = f"{skill.score:.4f}"
    below = served is not None and decision.needed is not None and served.tier < decision.needed
    if decision.degraded or below:
        found["x-signalbox-degraded"] = "true"
    if not trace.full_headers:
        found = {name: value for name, value in found.items() if name in BASIC}
    return {name: _safe(value) for name, value in {**found, **trace.told}.items() if value}


def _answer(trace: Trace) -> str | None:
    """What was done to the answer; of a stream only that it is looked at is known when its headers go out."""
    if trace.guard is None:
        return None
    count = trace.guard.links.removed
    if count:
        return f"{count} address{'' if count == 1 else 'es'} removed"
    return "addresses are looked at" if trace.stream else None


def _reason(trace: Trace) -> str:
    decision = trace.decision
    assert decision is not None
    if decision.denied_reason:
        return decision.denied_reason
    parts = [verdict.reason for verdict in decision.verdicts if verdict.reason]
    chosen = decision.chosen
    if trace.fell_back and chosen is not None:
        what = "escalated" if trace.escalated_from is not None else "fallback"
        parts.insert(0, f"{what} from {chosen.model_group}")
    return "; ".join(parts)


def _safe(value: str) -> str:
    """One line of printable Latin-1, short enough for any proxy's header limit."""
    if not (value.isascii() and value.isprintable()):
        value = "".join(c if c.isprintable() and c.isascii() else "?" for c in value)
    return value[:MAX_REASON]
