"""What the pages show of a logged decision.

Knows: how an outcome and a step are named. Does not know: how the log stores them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. ``key``: its row number, for paging. ``at``: Unix seconds. ``status``: of the HTTP answer
    and ``latency_ms``: until it was complete; both None where the log does not say. ``status`` 0: the caller left."""

    key: int
    id: str
    at: float
    capability: str
    intent: str | None
    confidence: float | None
    data_class: str | None
    tier: str | None
    deployment: str | None
    location: str | None
    denied_by: str | None
    degraded: bool
    status: int | None
    latency_ms: float | None
    reasons: tuple[str, ...]

    @property
    def outcome(self) -> str:
        """``refused`` by the gateway, ``failed`` further on, ``degraded`` or ``served``."""
        if self.denied_by is not None:
            return "refused"
        if self.status is not None and (self.status >= 400 or self.status == 0):
            return "failed"
        return "degraded" if self.degraded else "served"

    @property
    def why(self) -> str:
        """The clause that decided: the refusal, or the last thing said."""
        own = [r for r in self.reasons if self.denied_by is not None and r.startswith(f"{self.denied_by}:")]
        return (own or list(self.reasons) or [""])[-1]


@dataclass(frozen=True, slots=True)
class Step:
    """One clause of the way to a decision. ``source``: the signal or policy that said it, or empty."""

    source: str
    text: str
    denied: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything that is kept of one decision. ``tokens``: of the input, estimated; ``tokens_in`` and
    ``tokens_out``: counted by the model. ``decide_us``: microseconds. ``frontier_usd``: what the frontier would have
    cost. None where the log does not say."""

    row: Row
    request_id: str
    route: str
    key_id: str | None
    team_id: str | None
    needed: str | None
    model_group: str | None
    fallbacks: tuple[str, ...]
    pinned: bool
    tokens: int
    truncated_chars: int
    decide_us: int
    tokens_in: int | None = None
    tokens_out: int | None = None
    attempts: int | None = None
    cost_usd: float | None = None
    busy_s: float | None = None
    frontier_usd: float | None = None
    escalation_reason: str | None = None

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step_of(reason, self.row.denied_by) for reason in self.row.reasons)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Requests of one data class: served at ``local``, served elsewhere, refused by the boundary."""

    data_class: str
    stayed: int
    left: int
    refused: int


@dataclass(frozen=True, slots=True)
class Page:
    """``older`` and ``newer``: the keys to go on from, None where there is nothing further that way."""

    rows: tuple[Row, ...]
    older: int | None
    newer: int | None


def step_of(reason: str, denied_by: str | None) -> Step:
    """``"data_boundary: class internal may go to: local"`` -> source and text."""
    source, colon, text = reason.partition(": ")
    if not colon or not source.replace("_", "").isalnum():
        return Step("", reason, denied=False)
    return Step(source, text, denied=source == denied_by)
