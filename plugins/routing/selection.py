"""Which of the deployments that are left serves, and which come after it.

Knows: tiers, what is preferred, price, degrade and refuse (design: "Which deployment", 2). Does not know: why
the others were removed.

The order: what every policy left before what only the ``prefer`` policies set aside (so a deployment that
cools down is the last resort, not gone). Within each: tiers from the needed one upwards; then, where the
gateway may degrade, tiers below it from high to low. Within a tier: healthy, loaded, not full; then price,
load and id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.needs import TEXT_MODES, instant_group, intent_of, needed_tier
from plugins.routing.types import Deployment, Facts, Signal, Tier

NAME = "selection"


@dataclass(frozen=True, slots=True)
class Choice:
    """``order``: the chosen deployment and its fallbacks, best first; empty where the request is refused.
    ``needed`` is None for a pinned request."""

    order: tuple[Deployment, ...]
    needed: Tier | None
    degraded: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """The last step of a decision."""

    spec: GatewaySpec

    def select(
        self,
        facts: Facts,
        signals: Mapping[str, Signal],
        preferred: Sequence[Deployment],
        others: Sequence[Deployment],
    ) -> Choice:
        """``preferred``: left by every policy, never empty. ``others``: set aside by a preference only."""
        if facts.capability not in self.spec.capabilities:
            best = sorted([*preferred], key=_within_tier) + sorted(others, key=_within_tier)
            return Choice(tuple(best), None, False, f"pinned to model group {facts.capability}")
        group = instant_group(signals)
        instant = any(d.tier is Tier.INSTANT and d.model_group == group for d in (*preferred, *others))
        needed = needed_tier(facts, signals, self.spec, instant=instant)
        degrade = self._may_degrade(facts)
        order = (*_in_order(preferred, needed, degrade), *_in_order(others, needed, degrade))
        if facts.mode == "embedding":
            # Vectors of two models cannot be compared: no other group stands in.
            order = tuple(d for d in order if d.model_group == order[0].model_group)
        what = self._what(facts, signals, instant)
        if not order:
            highest = max((*preferred, *others), key=lambda d: d.tier)
            reason = (
                f"{what} needs tier {needed.label}, and the highest that is left is {highest.tier.label} "
                f"({highest.model_group}); when_unavailable is refuse"
            )
            return Choice((), needed, False, reason)
        chosen = order[0]
        degraded = chosen.tier < needed
        below = f", below the need: nothing of tier {needed.label} is left" if degraded else ""
        reason = f"{what} needs tier {needed.label}; {chosen.model_group} ({chosen.location}) is {chosen.tier.label}"
        return Choice(order, needed, degraded, reason + below)

    def _may_degrade(self, facts: Facts) -> bool:
        own = self.spec.capabilities[facts.capability].when_unavailable
        return (own or self.spec.when_unavailable) == "degrade"

    def _what(self, facts: Facts, signals: Mapping[str, Signal], instant: bool) -> str:
        if instant:
            skill = signals.get("skill")
            return f"skill {skill.detail['skill']}" if skill and skill.label != "none" else "a known question"
        return intent_of(facts, signals, self.spec) if facts.mode in TEXT_MODES else facts.mode


def _in_order(deployments: Iterable[Deployment], needed: Tier, degrade: bool) -> list[Deployment]:
    enough: list[Deployment] = []
    below: list[Deployment] = []
    for deployment in deployments:
        if deployment.tier >= needed:
            enough.append(deployment)
        elif degrade or deployment.serves_all_tiers:
            below.append(deployment)
    enough.sort(key=lambda d: (d.tier, _within_tier(d)))
    below.sort(key=lambda d: (-d.tier, _within_tier(d)))
    return enough + below


def _within_tier(d: Deployment) -> tuple[bool, bool, bool, float, float, str]:
    """Price counts before load until a deployment is full: a busy local model is no reason to pay."""
    return (not d.healthy, not d.loaded, d.load >= 1, d.price, d.load, d.id)
