"""What one request may reach, carried through LiteLLM where a caller cannot write it.

Knows: deployment ids in the order of the decision. Does not know: how they were chosen. JSON cannot make an instance,
so a caller's ``metadata`` cannot forge one; copies of a request's data share the one instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.litellm_adapter.trace import CURRENT, Trace

KEY = "signalbox_verdict"
_HOLDERS = ("litellm_metadata", "metadata")


class Verdict:
    """``order``: ids of the deployments that may serve, first choice first. ``tried``: those already attempted."""

    __slots__ = ("order", "trace", "tried")

    def __init__(self, order: tuple[str, ...], trace: Trace) -> None:
        self.order = order
        self.trace = trace
        self.tried: set[str] = set()

    def __deepcopy__(self, _memo: object) -> Verdict:
        return self

    def __copy__(self) -> Verdict:
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        # Loggers that serialize metadata get words; nothing turns them back into a verdict.
        return str, (str(self),)

    def __str__(self) -> str:
        decision = self.trace.decision
        return decision.id if decision is not None else "undecided"

    def may(self, deployment_id: str) -> bool:
        """Whether this deployment may be given the request."""
        return deployment_id in self.order


def write(data: dict[str, Any], verdict: Verdict) -> None:
    """Puts the verdict into the request's internal metadata and the context, over whatever was there."""
    holder = next((name for name in _HOLDERS if isinstance(data.get(name), dict)), "metadata")
    if not isinstance(data.get(holder), dict):
        data[holder] = {}
    data[holder][KEY] = verdict
    verdict.trace.verdict = verdict


def read(kwargs: Mapping[str, Any] | None) -> Verdict | None:
    """The verdict of a selection or an attempt; from its metadata, else from the context; None where there is
    none."""
    for name in _HOLDERS:
        holder = (kwargs or {}).get(name)
        found = holder.get(KEY) if isinstance(holder, Mapping) else None
        if isinstance(found, Verdict):
            return found
    trace = CURRENT.get()
    return trace.verdict if trace is not None and isinstance(trace.verdict, Verdict) else None


def of_event(kwargs: Mapping[str, Any]) -> Verdict | None:
    """The verdict of what LiteLLM logs after an answer."""
    params = kwargs.get("litellm_params")
    return read(params) if isinstance(params, Mapping) else read(kwargs)
