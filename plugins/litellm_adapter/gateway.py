"""This worker's routing: the current router, live state, the decision log.

Knows: how they are started, swapped and told what happened. Does not know: LiteLLM. One object a process; ``router``
is one reference, replaced whole, so a request sees one policy from start to end.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from plugins.litellm_adapter.accounting import Accounting, open_accounting
from plugins.litellm_adapter.admission import Admission
from plugins.litellm_adapter.costing import Costing
from plugins.litellm_adapter.egress import URL_ENV
from plugins.litellm_adapter.guards import safest
from plugins.litellm_adapter.metrics import Metrics
from plugins.litellm_adapter.record import finished
from plugins.litellm_adapter.shared_counters import SharedCounters, litellm_redis
from plugins.litellm_adapter.spans import Spans
from plugins.litellm_adapter.tier_budget import Budgets
from plugins.litellm_adapter.trace import Trace
from plugins.routing.config.load import Config, load_config
from plugins.routing.decision_log import DecisionLog
from plugins.routing.live import LiveBoard
from plugins.routing.router import Router
from plugins.routing.stickiness import StickySelection
from plugins.routing.types import Caller, Decision, Deployment, Facts
from plugins.scrub.store import FILE as PSEUDONYMS
from plugins.scrub.store import PseudonymStore
from services.common.tracing import wanted


class Build(Protocol):
    """``plugins.assembly.build_router``."""

    def __call__(self, config: Config, *, base_dir: Path | None = None) -> Router: ...


USAGE_WAIT_S = 3.0
"""How long a record waits for tokens and cost that LiteLLM counts after the answer."""

DEPLOYMENT_AT_FAULT = frozenset({401, 403, 404, 408, 429})
"""Statuses of an attempt that say something about the deployment; other 4xx are about the request."""

WARM_UP = Facts(
    request_id="warm-up",
    route="/v1/chat/completions",
    capability="auto",
    messages=({"role": "user", "content": "Summarize this text in two sentences."},),
    text="Summarize this text in two sentences.",
    token_estimate=8,
    caller=Caller(is_admin=True),
)
"""Decided once at start, so that no request waits for a model to be loaded."""


class Gateway:
    """``deployment_ids`` of LiteLLM and of the router are the same: the rendered file gives both their ids."""

    def __init__(
        self,
        config: Config,
        router: Router,
        log: DecisionLog | None,
        secret: bytes,
        accounting: Accounting | None = None,
    ) -> None:
        self.config = config
        self.base = self.router = router
        self.extend: Callable[[Config, Router], Router] = lambda _config, made: made
        self.added: Callable[[], Iterable[Mapping[str, Any]]] = tuple
        self.counters = SharedCounters(litellm_redis)
        self.budgets = Budgets(self.counters)
        self.log = log
        self.accounting = accounting
        self.secret = secret
        self.pseudonyms = PseudonymStore(None, secret)
        self.live = LiveBoard(router.spec.health.cooldown_s, time.monotonic)
        self.safe = safest(router.spec, router.deployments)
        self._by_id = {d.id: d for d in router.deployments}
        self.policy = 0
        self.metrics = Metrics(router.spec.metrics.max_keys)
        self.admission = Admission(workers_of(os.environ), self.metrics.waits)
        self.live.set_capacities(self.admission.configure(config))
        self._running: Counter[int] = Counter()
        self.costing = Costing(self.deployment)
        self.spans = Spans(wanted(os.environ))

    def decide(self, facts: Facts) -> Decision:
        """The decision for one request, with live state."""
        return self.router.decide(facts, self.live.snapshot())

    def swap(self, config: Config, router: Router) -> None:
        """From the next request on, another policy. ``router``: of the file alone; ``extend`` adds to it."""
        self.base, router = router, self.extend(config, router)
        self._by_id = {d.id: d for d in router.deployments}
        self.safe = safest(router.spec, router.deployments)
        self.config, self.router = config, router
        self.policy += 1
        self.live.set_capacities(self.admission.configure(config, self.added()))
        self.live.forget(frozenset(self._by_id))

    def begin(self, trace: Trace) -> None:
        """A request is decided from here on; its policy counts as in use until an edge tells the end."""
        trace.places = self._by_id
        if trace.policy is None and trace.edge:
            trace.policy = self.policy
            self._running[self.policy] += 1

    def oldest_running(self) -> int:
        """The number of the oldest policy (``policy`` counts swaps) under which a running request was decided."""
        return min(self._running, default=self.policy)

    def deployment(self, deployment_id: str) -> Deployment | None:
        """The deployment of this id, as the policy of this moment has it."""
        return self._by_id.get(deployment_id)

    def attempt(self, trace: Trace, deployment_id: str) -> None:
        """A request is about to be sent to a deployment. An earlier attempt of the same request has then failed."""
        self._finish_attempt(trace, trace.attempt_status or 500)
        trace.attempts += 1
        trace.attempt_status = None
        trace.attempt_started = time.monotonic()
        trace.in_flight = deployment_id
        trace.served = self._by_id.get(deployment_id)
        self.spans.attempt(trace, trace.served)
        self.live.begin(deployment_id)
        self.costing.begin(trace, deployment_id)
        self.metrics.began(deployment_id)

    def stay(self, trace: Trace) -> None:
        """The conversation goes on where it is served now."""
        selection = self.router.selection
        if isinstance(selection, StickySelection) and trace.served is not None:
            selection.places.move(trace.conversation, trace.served.id)

    def answered(self, trace: Trace) -> None:
        """The attempt gave a whole answer, and another may follow all the same."""
        self._finish_attempt(trace, 200)

    def end(self, trace: Trace, status: int) -> None:
        """The answer is complete; ``status`` 0: the caller went away. Writes one record, once."""
        self._finish_attempt(trace, trace.attempt_status or status)
        if self.accounting is not None:
            inside = trace.served is not None and trace.served.id in self.safe
            self.accounting.end(trace, status, inside=inside)
        self._leave(trace)
        self.admission.leave(trace)
        if trace.ended is None:
            self.metrics.answered(status)
        trace.ended = status
        counted = trace.cost is not None and (not trace.stream or trace.tokens_out is not None)
        if trace.attempts and status == 200 and trace.edge and not counted:
            # Counted just after the end (``on_usage``); the record is written all the same.
            asyncio.get_running_loop().call_later(USAGE_WAIT_S, self._write, trace, status)
        else:
            self._write(trace, status)

    def spent(self, trace: Trace, usd: float, deployment_id: str = "") -> None:
        """What a complete answer cost, US dollars. ``deployment_id``: whose it was, where an escalation made two."""
        served = self._by_id.get(deployment_id, trace.served)
        if served is not None and usd > 0:
            self.budgets.spend(trace.budgets, served, usd)

    def on_usage(self, trace: Trace) -> None:
        """The tokens of an answer became known. Without an edge this is also its end."""
        if not trace.edge:
            self.end(trace, 200)
        elif trace.ended is not None and not trace.begun:
            self._write(trace, trace.ended)

    def _write(self, trace: Trace, status: int) -> None:
        if trace.logged or trace.decision is None:
            return
        trace.logged = True
        price = self.costing.baseline(self.router.spec.costs, self.router.deployments)
        row = finished(trace, status, price, self.costing.busy_seconds(trace))
        if row is not None:
            self.metrics.decided(row)
            if self.log is not None:
                self.log.put(row)

    def _leave(self, trace: Trace) -> None:
        policy, trace.policy = trace.policy, None
        if policy is not None:
            self._running[policy] -= 1
            if self._running[policy] <= 0:
                del self._running[policy]

    def _finish_attempt(self, trace: Trace, status: int) -> None:
        deployment_id, trace.in_flight = trace.in_flight, None
        if deployment_id is None:
            return
        self.live.end(deployment_id)
        self.costing.end(trace, deployment_id)
        self.metrics.ended(deployment_id)
        self.spans.finished(trace, status)
        if status == 200:
            self.live.record(deployment_id, True, (time.monotonic() - trace.attempt_started) * 1000)
        elif status >= 500 or status in DEPLOYMENT_AT_FAULT:
            self.live.record(deployment_id, False)

    def close(self) -> None:
        """Writes what is still queued."""
        if self.accounting is not None:
            self.accounting.close()
        if self.log is not None:
            self.log.close()


async def open_gateway(path: Path, state: Path | None, build: Build) -> Gateway:
    """Loads the file, builds and warms the router, off the event loop. Raises ConfigError."""

    def work() -> Gateway:
        config = load_config(path)
        router = build(config, base_dir=base_dir(os.environ))
        router.decide(WARM_UP)
        spec, log = config.spec, None
        if spec.log.enabled and state is not None:
            log = DecisionLog(state / "decisions.sqlite", spec.log.retention_days)
        accounting = None
        if state is not None:
            accounting = open_accounting(state, spec.boundary.ledger, broker=bool(os.environ.get(URL_ENV)))
        secret = conversation_secret(os.environ)
        gateway = Gateway(config, router, log, secret, accounting)
        gateway.pseudonyms = PseudonymStore(state / PSEUDONYMS if state is not None else None, secret)
        return gateway

    return await asyncio.to_thread(work)


def workers_of(environ: Mapping[str, str]) -> int:
    """Gateway processes of this machine, which share each deployment's limit."""
    told = environ.get("SIGNALBOX_WORKERS", "")
    return int(told) if told.isdigit() and int(told) > 0 else 1


def conversation_secret(environ: Mapping[str, str]) -> bytes:
    """What conversation ids are made with: equal in all workers, derived from a secret that never changes
    meanwhile."""
    source = environ.get("LITELLM_SALT_KEY") or environ.get("LITELLM_MASTER_KEY") or ""
    return hashlib.sha256(b"signalbox conversation\0" + source.encode()).digest()


def base_dir(environ: Mapping[str, str]) -> Path | None:
    """The folder of the user's own file, which relative paths in it mean; None where only the rendered one is
    known."""
    return Path(environ["SIGNALBOX_CONFIG"]).resolve().parent if environ.get("SIGNALBOX_CONFIG") else None
