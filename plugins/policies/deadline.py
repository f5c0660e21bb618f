"""Sets aside the deployments whose measured latency is above the request's budget.

Knows: the header's and the capability's budget, measured p95. Does not know: how latency is measured. One
that was never measured is kept: otherwise it never would be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Deployment, Facts, PolicyMode, Signal, Verdict


class DeadlinePolicy:
    """``prefer``, or ``require`` where ``gateway.deadline.mode`` says so."""

    name = "deadline"

    def __init__(self, spec: GatewaySpec) -> None:
        self.mode: PolicyMode = spec.deadline.mode
        self._spec = spec

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        del signals
        budget = self.budget_ms(facts)
        if budget is None:
            return Verdict(self.name, self.mode, tuple(d.id for d in deployments), "")
        kept = tuple(d.id for d in deployments if d.latency_p95_ms is None or d.latency_p95_ms <= budget)
        return Verdict(
            self.name,
            self.mode,
            kept,
            f"{len(kept)} of {len(deployments)} answer within {budget:.0f} ms (measured p95, or not measured yet)",
        )

    def budget_ms(self, facts: Facts) -> float | None:
        """The smaller of the caller's budget and the capability's; None where neither has one."""
        capability = self._spec.capabilities.get(facts.capability)
        budgets = (facts.caller.deadline_ms, capability.deadline_ms if capability else None)
        return min((b for b in budgets if b is not None), default=None)
