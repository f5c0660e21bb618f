"""Leaves out the deployments that answered their last health check wrongly.

Knows: the ``works`` flag. Does not know: what was asked. Garbage that comes with status 200 is worse than a refusal, so
this removes; a deployment that is only silent comes last instead (``health``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Deployment, Facts, PolicyMode, Signal, Verdict


class ProbesPolicy:
    """``require``: where nothing else is left, the request is refused and the refusal says why."""

    name = "probes"
    mode: PolicyMode = "require"

    def __init__(self, spec: GatewaySpec) -> None:
        """Takes the spec as every policy does; what is checked, and how often, is the prober's business."""

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        del facts, signals
        kept = tuple(d.id for d in deployments if d.works)
        wrong = sorted({d.model_group for d in deployments if not d.works})
        return Verdict(self.name, self.mode, kept, f"wrong answers to checks: {', '.join(wrong)}" if wrong else "")
