"""How long a request is.

Knows: the estimate of its tokens. Does not know: context windows (the policy ``context_window`` compares).
"""

from __future__ import annotations

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Facts, Signal

BOUNDS: tuple[tuple[int, str], ...] = ((1_000, "small"), (8_000, "medium"), (32_000, "large"))
"""The most tokens that each label has; ``huge`` is above: 1,000 is a page or two, 8,000 and 32,000 are the context
windows that small local models commonly have."""

HUGE = "huge"


class SizeSignal:
    """``label``: small, medium, large or huge. ``detail.tokens``: the estimate for all input."""

    name = "size"

    def __init__(self, spec: GatewaySpec) -> None:
        """Takes the spec as every signal does; nothing of it matters here."""

    def extract(self, facts: Facts) -> Signal:
        tokens = facts.token_estimate
        label = next((label for bound, label in BOUNDS if tokens <= bound), HUGE)
        return Signal(self.name, label, detail={"tokens": tokens})
