"""A logged decision as a request that can be decided again, under the same or another policy.

Knows: what the decision log keeps of signals (``seen``) and how a policy would have read it. Does not know: the text,
which is not logged: a changed detector, classifier or answer book says nothing here. Limits of a key other than its
highest tier are not kept either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.request_shapes import mode_and_shape
from plugins.routing.router import Said
from plugins.routing.types import UNSURE, Caller, Decision, Facts, Signal, Tier

NOT_REPLAYED = frozenset({"key_limits", "budget"})
"""Refusals by what only the key knows: they would be the same under any policy."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as two policies see it. ``tokens``: of input and answer, as far as known."""

    facts: Facts
    before: tuple[Signal, ...]
    after: tuple[Signal, ...]
    tokens: int


def seen(decision: Decision) -> dict[str, Any]:
    """What the log keeps of a decision's signals beside intent and class: short words, never text."""
    intent, data_class = decision.signal("intent"), decision.signal("data_class")
    modality, caller, instant = decision.signal("modality"), decision.signal("caller"), decision.signal("instant")
    found = {
        "best": intent.detail.get("best") if intent else None,
        "enough": intent.detail.get("enough") if intent else None,
        "why": data_class.detail.get("why") if data_class else None,
        "modalities": modality.detail.get("all") if modality else None,
        "max_tier": caller.detail.get("max_tier") if caller else None,
        "instant": instant.label if instant and instant.label != "none" else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def asked_again(row: Mapping[str, Any], before: GatewaySpec, after: GatewaySpec) -> Asked | None:
    """The request of one row of the log; None where replaying it says nothing."""
    if row["denied_by"] in NOT_REPLAYED:
        return None
    known = row.get("seen") or {}
    highest = known.get("max_tier")
    facts = Facts(
        request_id=str(row["request_id"]),
        route=str(row["route"]),
        capability=str(row["capability"]),
        mode=mode_and_shape(str(row["route"]))[0],
        modalities=frozenset((known.get("modalities") or "text").split(",")),
        token_estimate=int(row["tokens"] or 0),
        caller=Caller(max_tier=Tier[highest.upper()] if highest else None),
    )
    used = (row.get("tokens_in") or facts.token_estimate) + (row.get("tokens_out") or 0)
    return Asked(facts, _signals(row, known, before, before), _signals(row, known, before, after), int(used))


def _signals(
    row: Mapping[str, Any], known: Mapping[str, Any], then: GatewaySpec, now: GatewaySpec
) -> tuple[Signal, ...]:
    instant = known.get("instant") if now.instant.enabled else None
    by_default = known.get("why") == "default"
    return (
        Signal("data_class", now.boundary.default_class.label if by_default else row["data_class"]),
        _intent(row, known, then, now),
        Signal("instant", instant or "none"),
    )


def _intent(row: Mapping[str, Any], known: Mapping[str, Any], then: GatewaySpec, now: GatewaySpec) -> Signal:
    """As logged, unless the threshold of ``unsure`` is another one now."""
    label, score, below = row["intent"], row["confidence"], now.classifier.unsure_below
    if below is not None and below != then.classifier.unsure_below and score is not None and known.get("best"):
        label = known["best"] if score >= below else UNSURE
    return Signal("intent", label, score if score is not None else 0.0, {"enough": known.get("enough")})


def extractors(signals: Sequence[Signal]) -> tuple[Said, ...]:
    """``signals`` as the engine takes them."""
    return tuple(Said(signal) for signal in signals)
