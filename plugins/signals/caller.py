"""Who asks, as far as routing cares.

Knows: what the key and its team were given. Does not know: how the key was checked. Names neither key nor team: the
decision log keeps what a signal says.
"""

from __future__ import annotations

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Facts, Signal


class CallerSignal:
    """``label``: ``admin``, ``key`` (a virtual key), or ``anonymous`` (no key: ``explain`` and tests).

    ``detail`` holds what limits this caller: ``may_declare``, ``data_class`` (the label of key or team), ``max_tier``,
    ``capabilities`` (how many it may ask for, None: all) and ``deadline_ms``.
    """

    name = "caller"

    def __init__(self, spec: GatewaySpec) -> None:
        """Takes the spec as every signal does; nothing of it matters here."""

    def extract(self, facts: Facts) -> Signal:
        caller = facts.caller
        label = "admin" if caller.is_admin else "key" if caller.key_id is not None else "anonymous"
        return Signal(
            self.name,
            label,
            detail={
                "may_declare": caller.may_declare,
                "data_class": None if caller.data_class is None else caller.data_class.label,
                "max_tier": None if caller.max_tier is None else caller.max_tier.label,
                "capabilities": None if caller.capabilities is None else len(caller.capabilities),
                "deadline_ms": caller.deadline_ms,
            },
        )
