"""What a request needs, read off its signals: intent, tier, data class.

Knows: how signals and the spec combine. Does not know: deployments. A signal that is missing or failed counts
as the hardest case: the intent is ``unsure``, the class is restricted.
"""

from __future__ import annotations

from collections.abc import Mapping

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import UNSURE, DataClass, Facts, Mode, Signal, Tier

UNKNOWN_MODEL = "no capability or model group has this name"
"""How a verdict's reason begins where the requested model does not exist."""

TEXT_MODES = frozenset({"chat", "completion"})
"""Modes that have an intent; a tier means nothing to the others unless a capability sets bounds."""


def kind_of(mode: Mode) -> Mode:
    """The kind of deployment that does ``mode``: completions are served by chat models, LiteLLM translates
    them."""
    return "chat" if mode == "completion" else mode


def intent_of(facts: Facts, signals: Mapping[str, Signal], spec: GatewaySpec) -> str:
    """The intent that counts: the capability's fixed one, else the classifier's, else ``unsure``."""
    capability = spec.capabilities.get(facts.capability)
    if capability is not None and capability.intent is not None:
        return capability.intent
    signal = signals.get("intent")
    return signal.label if signal is not None and signal.label in spec.intents else UNSURE


def class_of(signals: Mapping[str, Signal]) -> DataClass:
    """The data class that the boundary holds to; restricted where the signal is missing, failed or
    unreadable."""
    signal = signals.get("data_class")
    for member in DataClass:
        if signal is not None and signal.label == member.label:
            return member
    return DataClass.RESTRICTED


def instant_group(signals: Mapping[str, Signal]) -> str | None:
    """The model group that can answer at once (a skill, or the built-in answers), or None where none offered to."""
    offers = (signals.get("skill"), signals.get("instant"))
    return next((s.label for s in offers if s is not None and s.label not in (None, "none")), None)


def needed_tier(facts: Facts, signals: Mapping[str, Signal], spec: GatewaySpec, *, instant: bool) -> Tier:
    """The tier of the intent within the capability's bounds (design: "Which deployment", 2).

    ``instant``: an instant deployment is among the candidates and offered to answer, so no more than that is
    needed.
    """
    capability = spec.capabilities.get(facts.capability)
    text = facts.mode in TEXT_MODES
    tier = _of_intent(intent_of(facts, signals, spec), signals, spec) if text and not instant else Tier.INSTANT
    if capability is not None and capability.max_tier is not None:
        tier = min(tier, capability.max_tier)
    if capability is not None and capability.min_tier is not None:
        tier = max(tier, capability.min_tier)
    return tier


def _of_intent(intent: str, signals: Mapping[str, Signal], spec: GatewaySpec) -> Tier:
    """The table's tier; for ``unsure`` no more than the classifier says is enough: who wavers between two intents that
    need little is not in doubt about the tier."""
    tier = spec.intents[intent]
    signal = signals.get("intent")
    if intent == UNSURE and signal is not None and signal.label == UNSURE:
        enough = next((one for one in Tier if one.label == signal.detail.get("enough")), tier)
        return min(tier, enough)
    return tier
