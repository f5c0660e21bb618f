"""Holds a key or team to what it was given: the capabilities it may ask for and the highest tier.

Knows: the caller's limits. Does not know: where they come from (key and team metadata), budgets and rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Deployment, Facts, PolicyMode, Signal, Verdict


class KeyLimitsPolicy:
    """``require``: an empty result is 403 ``key_limit``. A named model group must be among the key's names as
    well."""

    name = "key_limits"
    mode: PolicyMode = "require"

    def __init__(self, spec: GatewaySpec) -> None:
        """Takes the spec as every policy does; the limits are the caller's alone."""

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        del signals
        caller = facts.caller
        if caller.capabilities is not None and facts.capability not in caller.capabilities:
            names = ", ".join(sorted(caller.capabilities)) or "nothing"
            return Verdict(self.name, self.mode, (), f"this key may ask for: {names}")
        highest = caller.max_tier
        if highest is None:
            return Verdict(self.name, self.mode, tuple(d.id for d in deployments), "")
        kept = tuple(d.id for d in deployments if d.tier <= highest)
        return Verdict(self.name, self.mode, kept, f"this key may use tiers up to {highest.label}")
