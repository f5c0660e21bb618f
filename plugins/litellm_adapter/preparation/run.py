"""Runs the preparers over one request, in their order, before it is judged, and cuts what they brought afterwards.

Knows: the protocol, time limits, what a failure means. Does not know: any preparer. What fails leaves the request as it
was: its content then counts as unread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from plugins.litellm_adapter.preparation.preparer import Ask, Fit, Found, Preparer
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.trace import Trace
from plugins.litellm_adapter.translate import facts_of, headers_of
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Deployment, Facts
from services.common import tracing

WINDOW = 8_192
"""Context that a deployment is taken to have where nobody said, tokens."""

ANSWER = 1_024
"""Tokens left for the answer where the request does not say how long it may be."""

SLACK = 0.9
"""Share of the window that is used: the count of tokens is an estimate."""

_LOG = logging.getLogger("signalbox.preparation")


@dataclass(frozen=True, slots=True)
class Prepared:
    """All reports of one request together."""

    found: tuple[Found, ...] = ()

    @property
    def problem(self) -> Refused | None:
        """Why the first thing that stayed unread did."""
        return next((f.problem for f in self.found if f.problem is not None), None)

    @property
    def fits(self) -> tuple[Fit, ...]:
        return tuple(fit for found in self.found for fit in found.fits)

    @property
    def units(self) -> dict[str, int]:
        """Work done, added up."""
        total: dict[str, int] = {}
        for found in self.found:
            for name, count in found.units.items():
                total[name] = total.get(name, 0) + count
        return total

    def told(self, facts: Facts, trace: Trace) -> Facts:
        """The facts with what the preparers report, and with the size that is the least it can be cut to. ``trace``
        keeps the class and what is unread: a rerun on what is prepared already must not lose them."""
        trace.brought_class = max((trace.brought_class, *(f.data_class for f in self.found)))
        trace.unread = trace.unread.union(*(f.unread for f in self.found))
        spare = sum(max(0, fit.tokens - fit.least) for fit in self.fits)
        return replace(
            facts,
            brought_class=trace.brought_class,
            unread=trace.unread,
            attached=(*facts.attached, *(text for f in self.found for text in f.judged)),
            token_estimate=max(1, facts.token_estimate - spare),
        )

    async def cut(self, facts: Facts, chosen: Deployment) -> None:
        """Shortens the material to what ``chosen`` holds beside the rest; each gets the share that it had.
        ``facts``: as ``told`` gave them."""
        fits = self.fits
        whole = sum(fit.tokens for fit in fits)
        if not whole:
            return
        window = int((chosen.context_window or WINDOW) * SLACK)
        rest = facts.token_estimate - sum(min(fit.least, fit.tokens) for fit in fits)
        room = window - rest - min(facts.max_output_tokens or ANSWER, window // 2)
        if room >= whole:
            return
        for fit in fits:
            share = max(fit.least, room * fit.tokens // whole)
            if share < fit.tokens:
                await asyncio.to_thread(fit.cut, share)


async def prepare(
    preparers: Sequence[Preparer], spec: GatewaySpec, trace: Trace, key: Any, data: dict[str, Any], call_type: str,
    secret: bytes,
) -> Prepared:  # fmt: skip
    """Changes ``data`` at its top level. Raises Refused: 400 for a body of a wrong shape, and what a preparer tells the
    caller."""
    wanted = [p for p in preparers if p.wants(data, call_type)]
    reports: list[Found] = []
    for preparer in wanted:
        # The shape is checked before anything is done with it; again each time, since it may have changed.
        facts, _ = facts_of(data, key, call_type, secret=secret, request_id="")
        ask = Ask(
            data=dict(data), call_type=call_type, key=key, caller=facts.caller, spec=spec, question=facts.text,
            headers=dict(headers_of(data)), memory=trace.memory,
        )  # fmt: skip
        report = await _one(preparer, ask)
        if report is not None:
            data.update(ask.data)
            for gone in [name for name in data if name not in ask.data]:
                del data[gone]
            reports.append(report)
    prepared = Prepared(tuple(reports))
    trace.brought_usd = prepared.units.get("pages", 0) * spec.documents.price_per_page
    return prepared


async def _one(preparer: Preparer, ask: Ask) -> Found | None:
    try:
        async with asyncio.timeout(preparer.seconds):
            with tracing.span(preparer.name):
                return await preparer.prepare(ask)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - whatever broke, the content was not read, and counts as that
        _LOG.error("%s failed: %s; the content stays unread", preparer.name, type(error).__name__)
        return None
