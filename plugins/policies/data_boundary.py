"""Keeps the deployments at locations that may be given this request's data class.

Knows: zones, the class, what rules and the caller require of places outside. Does not know: how the class was found.
Fails closed: no class is the most restricted one, a location that no zone names is given the lowest, and a deployment
of which nobody said where it is or how long it keeps what it gets fulfils no requirement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.needs import class_of
from plugins.routing.types import DataClass, Deployment, Facts, PolicyMode, Requirement, Signal, Verdict


class DataBoundaryPolicy:
    """``require``: an empty result is 403 ``data_boundary``."""

    name = "data_boundary"
    mode: PolicyMode = "require"

    def __init__(self, spec: GatewaySpec) -> None:
        self._boundary = spec.boundary

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        data_class = class_of(signals)
        allowed = [d for d in deployments if data_class <= self._boundary.highest(d.location)]
        wanted = self._wanted(facts, data_class)
        kept = tuple(d.id for d in allowed if self._boundary.keeps_in(d.location) or all(map(meets(d), wanted)))
        zones = [zone for zone, highest in self._boundary.zones.items() if data_class <= highest]
        reason = f"class {data_class.label} may go to: {', '.join(zones) or 'nowhere'}"
        if wanted and len(kept) < len(allowed):
            reason += f", outside only where {' and '.join(map(shown, wanted))}"
        if not kept:
            reason += f"; what can do this is at: {', '.join(sorted({d.location for d in deployments}))}"
        return Verdict(self.name, self.mode, kept, reason)

    def _wanted(self, facts: Facts, data_class: DataClass) -> tuple[Requirement, ...]:
        rules = (rule.require.requirement() for rule in self._boundary.rules if data_class >= rule.data_class)
        return tuple(r for r in (*rules, *facts.caller.require) if r != Requirement())


def meets(deployment: Deployment) -> Callable[[Requirement], bool]:
    """Whether a deployment fulfils a requirement; what nobody said of it fulfils nothing."""

    def check(wanted: Requirement) -> bool:
        days = deployment.retention_days
        return (
            (wanted.region is None or deployment.region in wanted.region)
            and (wanted.retention_days is None or (days is not None and days <= wanted.retention_days))
            and (wanted.trains_on_data is None or deployment.trains_on_data is wanted.trains_on_data)
        )

    return check


def shown(wanted: Requirement) -> str:
    """A requirement in the words of the YAML."""
    parts = []
    if wanted.region is not None:
        parts.append(f"region is {' or '.join(wanted.region) or 'none of all'}")
    if wanted.retention_days is not None:
        parts.append(f"retention_days is at most {wanted.retention_days}")
    if wanted.trains_on_data is not None:
        parts.append(f"trains_on_data is {str(wanted.trains_on_data).lower()}")
    return ", ".join(parts)
