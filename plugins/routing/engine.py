"""One decision: signals, then policies, then selection.

Knows: the order, and what an empty result or a failing extractor means. Does not know: any signal or policy
by name, configuration, live state.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from plugins.routing.selection import NAME as SELECTION
from plugins.routing.selection import Choice
from plugins.routing.types import Decision, Deployment, Facts, Policy, Signal, SignalExtractor, Verdict


class Selects(Protocol):
    """What chooses among the deployments that the policies left."""

    def select(
        self,
        facts: Facts,
        signals: Mapping[str, Signal],
        preferred: Sequence[Deployment],
        others: Sequence[Deployment],
    ) -> Choice: ...


def new_decision_id() -> str:
    """``dec_`` and 20 random hex digits."""
    return "dec_" + os.urandom(10).hex()


def decide(
    facts: Facts,
    deployments: Sequence[Deployment],
    *,
    extractors: Sequence[SignalExtractor],
    policies: Sequence[Policy],
    selection: Selects,
    new_id: Callable[[], str] = new_decision_id,
    on_signals: Callable[[], None] | None = None,
) -> Decision:
    """Runs every extractor, narrows policy by policy, selects. Never raises for what an extractor does.
    ``on_signals`` is called when all signals are there.
    A policy that keeps an id it was not given adds nothing: only what is still there can be kept. A policy that
    raises is a fault of this program and is not caught: no answer is better than one across the boundary.
    """
    signals = _signals(extractors, facts, on_signals)
    allowed = {d.id: d for d in deployments}
    preferred = dict(allowed)
    verdicts: list[Verdict] = []
    for policy in policies:
        if policy.mode == "prefer":
            verdict = policy.narrow(facts, signals, tuple(preferred.values()))
            kept = {i: preferred[i] for i in verdict.kept if i in preferred}
            preferred = kept or preferred
        else:
            verdict = policy.narrow(facts, signals, tuple(allowed.values()))
            allowed = {i: allowed[i] for i in verdict.kept if i in allowed}
            # An earlier preference gives way where a requirement leaves nothing of it.
            preferred = {i: d for i, d in preferred.items() if i in allowed} or dict(allowed)
        verdicts.append(verdict)
        if not allowed:
            return _denied(facts, signals, verdicts, new_id())
    others = [d for i, d in allowed.items() if i not in preferred]
    choice = selection.select(facts, signals, tuple(preferred.values()), others)
    verdicts.append(Verdict(SELECTION, "require", tuple(d.id for d in choice.order), choice.reason))
    if not choice.order:
        return _denied(facts, signals, verdicts, new_id(), choice)
    pinned = choice.needed is None
    return Decision(
        id=new_id(),
        capability=facts.capability,
        signals=tuple(signals.values()),
        verdicts=tuple(verdicts),
        chosen=choice.order[0],
        fallbacks=() if pinned else choice.order[1:],
        needed=choice.needed,
        degraded=choice.degraded,
        pinned=pinned,
        truncated_chars=_truncated(signals),
    )


def _signals(
    extractors: Sequence[SignalExtractor], facts: Facts, on_signals: Callable[[], None] | None
) -> dict[str, Signal]:
    signals = {e.name: _extract(e, facts) for e in extractors}
    if on_signals is not None:
        on_signals()
    return signals


def _extract(extractor: SignalExtractor, facts: Facts) -> Signal:
    try:
        return extractor.extract(facts)
    except Exception:  # noqa: BLE001  a signal must never end a request: None is read as the most restricted case
        return Signal(extractor.name, None, 0.0, {"failed": True})


def _denied(
    facts: Facts,
    signals: Mapping[str, Signal],
    verdicts: Sequence[Verdict],
    decision_id: str,
    choice: Choice | None = None,
) -> Decision:
    last = verdicts[-1]
    return Decision(
        id=decision_id,
        capability=facts.capability,
        signals=tuple(signals.values()),
        verdicts=tuple(verdicts),
        chosen=None,
        denied_by=last.policy,
        denied_reason=last.reason,
        needed=choice.needed if choice else None,
        truncated_chars=_truncated(signals),
    )


def _truncated(signals: Mapping[str, Signal]) -> int:
    signal = signals.get("intent")
    count = signal.detail.get("truncated_chars") if signal is not None else 0
    return count if isinstance(count, int) else 0
