"""Keeps the deployments at locations that may be given this request's data class.

Knows: zones and the class. Does not know: how the class was found. Fails closed: no class is the most
restricted one, and a location that no zone names is given the lowest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.needs import class_of
from plugins.routing.types import DataClass, Deployment, Facts, PolicyMode, Signal, Verdict


class DataBoundaryPolicy:
    """``require``: an empty result is 403 ``data_boundary``."""

    name = "data_boundary"
    mode: PolicyMode = "require"

    def __init__(self, spec: GatewaySpec) -> None:
        self._zones = spec.boundary.zones

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        del facts
        data_class = class_of(signals)
        kept = tuple(d.id for d in deployments if self.allows(d.location, data_class))
        zones = [zone for zone, highest in self._zones.items() if data_class <= highest]
        reason = f"class {data_class.label} may go to: {', '.join(zones) or 'nowhere'}"
        if not kept:
            reason += f"; what can do this is at: {', '.join(sorted({d.location for d in deployments}))}"
        return Verdict(self.name, self.mode, kept, reason)

    def allows(self, location: str, data_class: DataClass) -> bool:
        """Whether ``location`` may be given ``data_class``."""
        return data_class <= self._zones.get(location, DataClass.PUBLIC)
