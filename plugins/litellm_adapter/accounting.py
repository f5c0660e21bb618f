"""What the ledger is told by the gateway: what stayed, what was refused, and without a broker what left.

Knows: a request's trace, the ledger's book. Does not know: files, HTTP. The broker writes what left where there is one;
here nobody waits then. A request has the same decision id in the ledger and in the decision log.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from plugins.ledger.book import Book, LedgerProblem, key_of, open_book
from plugins.ledger.chain import Value
from plugins.ledger.keys import SigningKey
from plugins.ledger.witness import Witnesses
from plugins.litellm_adapter.egress import class_of, rule_of
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.spec import Ledger
from plugins.routing.types import Deployment

UNWRITABLE = Refused(
    503,
    "The egress ledger cannot be written, so nothing may leave: free space on the disk of the state directory. What "
    "stays inside is served.",
    "ledger_unwritable",
    kind="service_unavailable",
)


class Accounting:
    """``broker``: whether another process writes what leaves."""

    def __init__(self, book: Book, key: SigningKey, *, broker: bool) -> None:
        self._book = book
        self._key = key
        self._broker = broker

    def seal(self, trace: Trace) -> None:
        """Notes length and keyed hash of the request's body, while it is there."""
        if trace.body:
            hashed = self._key.content_hash()
            hashed.update(trace.body)
            trace.sealed = (len(trace.body), hashed.hexdigest())

    async def leaving(self, trace: Trace | None, served: Deployment | None, kwargs: Mapping[str, Any]) -> None:
        """Before an attempt at a deployment outside. Raises Refused where that cannot be recorded."""
        if self._broker or trace is None:
            return
        address = str(kwargs.get("api_base") or kwargs.get("base_url") or "")
        host = urlsplit(address).netloc.rpartition("@")[2] or str(kwargs.get("custom_llm_provider") or "")
        nonce = secrets.token_urlsafe(18)
        try:
            await self._book.write("left", **_about(trace, served), host=host, nonce=nonce)
        except LedgerProblem:
            raise UNWRITABLE from None

    def end(self, trace: Trace, status: int, *, inside: bool) -> None:
        """A judged request is over. ``inside``: the deployment that served it may be given restricted data."""
        if trace.decision is None or trace.accounted:
            return
        trace.accounted = True
        if trace.attempts == 0:
            self._book.put("refused", **_about(trace, None), status=status, reason=_reason(trace))
        elif inside:
            self._book.put("kept", **_about(trace, trace.served), status=status, removed=_removed(trace))
        elif _removed(trace):
            self._book.put("answer", decision=trace.decision.id, removed=_removed(trace))

    def close(self) -> None:
        """Writes what waits."""
        self._book.close()


def open_accounting(state: Path, spec: Ledger, *, broker: bool) -> Accounting:
    """The ledger of a state directory. Without a broker this process tells the witnesses. Raises OSError,
    KeyProblem."""
    witnesses = Witnesses(spec.witnesses) if spec.witnesses and not broker else None
    return Accounting(open_book(state, "gateway", spec.checkpoint_s, witnesses), key_of(state), broker=broker)


def _about(trace: Trace, served: Deployment | None) -> dict[str, Value]:
    decision = trace.decision
    judged = class_of(trace)
    size, content = trace.sealed or (None, None)
    return {
        "decision": decision.id if decision is not None else None,
        "class": judged.label if judged is not None else "restricted",
        "rule": rule_of(trace),
        "key": trace.caller.key_id or "",
        "route": trace.route,
        "zone": served.location if served is not None else None,
        "deployment": served.id if served is not None else None,
        "bytes": size,
        "content": content,
    }


def _removed(trace: Trace) -> int | None:
    """Addresses that were taken out of the answer."""
    return trace.guard.links.removed or None if trace.guard is not None else None


def _reason(trace: Trace) -> str:
    """Which rule refused it: a policy, or the code of a refusal at a guard."""
    denied = trace.decision.denied_by if trace.decision is not None else None
    return denied or (trace.refusal.code if trace.refusal is not None else None) or "not_sent"
