"""Keeps a key or team out of the tiers and model groups whose budget it has used up.

Knows: which budgets are used up. Does not know: how spend is counted, clocks. What is left may still serve at a lower
tier; where nothing is, the refusal names the budget and when it starts anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Deployment, Exhausted, Facts, PolicyMode, Signal, Tier, Verdict


class BudgetPolicy:
    """``require``: an empty result is 403 ``budget_exceeded``."""

    name = "budget"
    mode: PolicyMode = "require"

    def __init__(self, spec: GatewaySpec) -> None:
        """Takes the spec as every policy does; budgets are the caller's alone."""

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        del signals
        spent = facts.caller.exhausted
        if not spent:
            return Verdict(self.name, self.mode, tuple(d.id for d in deployments), "")
        hit = [one for one in spent if any(_is_of(d, one) for d in deployments)]
        kept = tuple(d.id for d in deployments if not any(_is_of(d, one) for one in hit))
        return Verdict(self.name, self.mode, kept, "; ".join(words(one) for one in hit))


def words(one: Exhausted) -> str:
    """``the key's budget of $5 for tier frontier is used up until 2026-12-01 00:00 UTC``."""
    if one.resets_at is None:
        return f"the {one.holder}'s budget for {_what(one.what)} cannot be read, so it counts as used up"
    until = datetime.fromtimestamp(one.resets_at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"the {one.holder}'s budget of ${one.max_usd:g} for {_what(one.what)} is used up until {until}"


def _what(what: Tier | str) -> str:
    return f"tier {what.label}" if isinstance(what, Tier) else f"model {what}"


def _is_of(deployment: Deployment, one: Exhausted) -> bool:
    return deployment.tier == one.what if isinstance(one.what, Tier) else deployment.model_group == one.what
