"""A decision for people: one JSON object, or a few lines.

Knows: which parts of a decision are told. Does not know: the request; nothing of the caller's text can
appear.
"""

from __future__ import annotations

from typing import Any

from plugins.routing.needs import class_of
from plugins.routing.types import Decision, Signal


def explain(decision: Decision) -> dict[str, Any]:
    """The keys of ``signalbox explain`` and ``POST /routing/explain``.

    ``tier``: of the deployment that serves, or the needed one where none does. ``chosen`` and ``fallbacks``
    are model groups, each once. ``data_class`` is what the boundary held to: restricted where nothing could
    tell.
    """
    intent = decision.signal("intent")
    tier = decision.chosen.tier if decision.chosen else decision.needed
    return {
        "intent": intent.label if intent else None,
        "confidence": round(intent.score, 4) if intent and intent.label is not None else None,
        "data_class": class_of({s.name: s for s in decision.signals}).label,
        "tier": tier.label if tier is not None else None,
        "chosen": decision.chosen.model_group if decision.chosen else None,
        "fallbacks": list(fallback_groups(decision)),
        "denied_by": decision.denied_by,
        "reasons": reasons(decision),
    }


def fallback_groups(decision: Decision) -> tuple[str, ...]:
    """The model groups after the chosen one, in order, each once: what the proxy is given to fall back to."""
    first = decision.chosen.model_group if decision.chosen else None
    return tuple(dict.fromkeys(d.model_group for d in decision.fallbacks if d.model_group != first))


def reasons(decision: Decision) -> list[str]:
    """Short clauses in the order of the decision: what was seen, what each policy left, what was chosen or
    refused."""
    found = [clause for signal in decision.signals if (clause := _seen(signal))]
    refused = decision.denied_by is not None and decision.denied_reason is not None
    told = decision.verdicts[:-1] if refused else decision.verdicts
    found += [f"{v.policy}: {v.reason}" for v in told if v.reason]
    if refused:
        found.append(f"{decision.denied_by}: {decision.denied_reason}")
    return found


def _seen(signal: Signal) -> str:
    if signal.label is None:
        return f"{signal.name}: could not tell, so the most restricted case holds"
    if signal.name == "intent":
        cut = signal.detail.get("truncated_chars")
        text = f"intent: {signal.label} ({signal.score:.2f})"
        return f"{text}; {cut} characters in the middle were not read" if cut else text
    if signal.name == "instant":
        return "" if signal.label == "none" else f"instant: {signal.label} knows this ({signal.score:.2f})"
    return f"{signal.name}: {signal.label}" if signal.name == "data_class" else ""


def pretty(decision: Decision) -> str:
    """Several lines of plain text, for a terminal."""
    told = explain(decision)
    if decision.chosen:
        d = decision.chosen
        degraded = " (degraded)" if decision.degraded else ""
        head = f"{decision.capability} -> {d.model_group} [{d.id}] at {d.location}, tier {d.tier.label}{degraded}"
    else:
        head = f"{decision.capability} -> refused by {decision.denied_by}"
    lines = [head, *(f"  - {reason}" for reason in told["reasons"])]
    if told["fallbacks"]:
        lines.append(f"  then: {', '.join(told['fallbacks'])}")
    return "\n".join(lines)
