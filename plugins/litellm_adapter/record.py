"""One finished request as a row of the decision log.

Knows: which parts of a trace are kept. Does not know: files. Never holds text of the request or the answer.
"""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import Any

from plugins.litellm_adapter.trace import Trace
from plugins.routing.costs import Price
from plugins.routing.decision_log import LogRecord, record_of
from plugins.routing.types import Facts

_COLUMNS = frozenset(f.name for f in fields(LogRecord))


def finished(trace: Trace, status: int, frontier: Price | None = None, busy_s: float | None = None) -> LogRecord | None:
    """The row, naming the deployment that served rather than the one chosen; None where nothing was decided.

    ``frontier``: its price now, kept where this answer can be compared with it: language, whole, its tokens known.
    ``busy_s``: seconds of one's own machines.

    What the log has no column for is left out; ``status`` 0 means that the caller went away.
    """
    decision = trace.decision
    if decision is None:
        return None
    facts = Facts(
        request_id=trace.request_id,
        route=trace.route,
        capability=decision.capability,
        token_estimate=trace.token_estimate,
        caller=trace.caller,
    )
    row = record_of(decision, facts, at=time.time(), decide_us=trace.decide_us)
    served = trace.served
    told: dict[str, Any] = {
        "status": status,
        "latency_ms": round(trace.elapsed_ms(), 1),
        "tokens_in": trace.tokens_in,
        "tokens_out": trace.tokens_out,
        "attempts": trace.attempts,
        "fallback": trace.fell_back and trace.escalated_from is None,
        "escalated_from": trace.escalated_from,
        "escalation_reason": trace.escalation_reason,
        "cost_usd": trace.cost,
        "busy_s": busy_s,
    }
    if trace.escalated_from is not None:
        told |= {"final_in": trace.final[0], "final_out": trace.final[1]}
    if frontier is not None and status == 200 and trace.tokens_out is not None and trace.cost is not None:
        told |= {"frontier_in": frontier.input, "frontier_out": frontier.output}
    if served is not None:
        told |= {
            "tier": served.tier.label,
            "model_group": served.model_group,
            "deployment": served.id,
            "location": served.location,
        }
    return replace(row, **{name: value for name, value in told.items() if name in _COLUMNS})
