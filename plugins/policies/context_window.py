"""Keeps the deployments whose context window holds the input and the longest answer that was asked for.

Knows: the token estimate. Does not know: a tokenizer, so the upstream may still refuse. An unknown window is
kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Deployment, Facts, PolicyMode, Signal, Verdict


class ContextWindowPolicy:
    """``require``: an empty result is 400 ``context_length_exceeded``, OpenAI's own code."""

    name = "context_window"
    mode: PolicyMode = "require"

    def __init__(self, spec: GatewaySpec) -> None:
        """Takes the spec as every policy does; windows stand with the deployments."""

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict:
        del signals
        tokens = facts.token_estimate + (facts.max_output_tokens or 0)
        kept = tuple(d.id for d in deployments if d.context_window is None or d.context_window >= tokens)
        if len(kept) == len(deployments):
            return Verdict(self.name, self.mode, kept, "")
        largest = max(d.context_window or 0 for d in deployments)
        reason = f"about {tokens} tokens fit {len(kept)} of {len(deployments)} (largest window: {largest})"
        return Verdict(self.name, self.mode, kept, reason)
