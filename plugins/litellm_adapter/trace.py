"""What is known of one request while it runs, shared by the edge and the hooks.

Knows: the decision, the attempts, who served. Does not know: HTTP or LiteLLM. One mutable object a request, reached
through a context variable that every task of the request inherits.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from plugins.litellm_adapter.answer_guard import AnswerGuard
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.tier_budget import Budget
from plugins.routing.escalation.answer import Asked
from plugins.routing.types import Caller, DataClass, Decision, Deployment
from plugins.scrub.pseudonyms import Pseudonyms
from services.common.tracing import Span


@dataclass(slots=True, eq=False)
class Trace:
    """``requested``: the model as asked for. ``served``: the deployment of the latest attempt, which is the one that an
    answer comes from. ``attempt_status``: what the latest attempt failed with. ``refusal``: this gateway's own error,
    answered instead. ``body``: the raw request, for keeping the caller's own words out of error messages; dropped when
    the answer begins. ``verdict``: see ``verdict.py``. ``edge``: the edge made this and tells the end.
    ``memory``: what preparers keep for a rerun; ``brought_class``, ``unread``: what they reported in any run;
    ``brought_usd``: what their work costs, until it is booked.
    ``policy``: number of the policy that it is decided under, while it runs; ``places``: that policy's deployments.
    ``slot``: what it holds of a deployment's limit, see ``admission.py``.
    ``asked``: what an answer is checked against, None where none is; ``escalated_from``: id of the deployment whose
    answer was not good enough, for ``escalation_reason``. ``told``: further ``x-signalbox-*`` headers of a route of our
    own. ``sealed``: length and keyed hash of the body, for the ledger; ``accounted``: it has its record.
    ``names``: what was replaced before it was sent, to be put back. ``guard``: what looks at the answer, None where
    nothing does."""

    body: bytes = b""
    path: str = ""
    requested: str | None = None
    decision: Decision | None = None
    served: Deployment | None = None
    attempts: int = 0
    attempt_started: float = 0.0
    attempt_status: int | None = None
    in_flight: str | None = None
    refusal: Refused | None = None
    verdict: object = None
    budgets: tuple[Budget, ...] = ()
    caller: Caller = field(default_factory=Caller)
    route: str = ""
    full_headers: bool = True
    anthropic: bool = False
    stream: bool = False
    tokens_in: int | None = None
    tokens_out: int | None = None
    logged: bool = False
    edge: bool = False
    policy: int | None = None
    slot: object = None
    places: Mapping[str, Deployment] = field(default_factory=dict)
    conversation: str = ""
    asked: Asked | None = None
    escalated_from: str | None = None
    escalation_reason: str | None = None
    memory: dict[str, Any] = field(default_factory=dict)
    brought_class: DataClass = DataClass.PUBLIC
    brought_usd: float = 0.0
    unread: frozenset[str] = frozenset()
    told: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    token_estimate: int = 0
    decide_us: int = 0
    sealed: tuple[int, str] | None = None
    accounted: bool = False
    begun: dict[str, float] = field(default_factory=dict)
    busy: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    final: tuple[int | None, int | None] = (None, None)
    ended: int | None = None
    span: Span | None = None
    names: Pseudonyms | None = None
    guard: AnswerGuard | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def fell_back(self) -> bool:
        """Another deployment than the chosen one serves."""
        chosen = self.decision.chosen if self.decision is not None else None
        return chosen is not None and self.served is not None and self.served.id != chosen.id

    @property
    def cost(self) -> float | None:
        """US dollars of all answers so far; None where none is settled."""
        return sum(self.costs.values()) if self.costs else None

    def elapsed_ms(self) -> float:
        """Milliseconds since the request came in."""
        return (time.monotonic() - self.started) * 1000


CURRENT: ContextVar[Trace | None] = ContextVar("signalbox_trace", default=None)
"""The request that the running task belongs to; None outside any (start-up, LiteLLM's own background work)."""
