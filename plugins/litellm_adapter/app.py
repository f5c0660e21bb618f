"""The gateway's ASGI application: LiteLLM's, our routes in front, the edge around.

Knows: how the parts are put together in one worker. Does not know: any of their insides. Ready means: LiteLLM has
started, the classifier is warm, the file is being watched.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from plugins.litellm_adapter.parent import exit_with_parent
from plugins.litellm_adapter.redact import redact_logs, sweep
from plugins.litellm_adapter.server import CONFIG_ENV, STATE_ENV, tell_ready
from plugins.litellm_adapter.trace import Trace
from services.common.tracing import Traced, configure

if TYPE_CHECKING:
    from plugins.litellm_adapter.checked import Checked
    from plugins.litellm_adapter.gateway import Gateway

LOG_FORMAT_ENV = "SIGNALBOX_LOG_FORMAT"
_ACCESS = logging.getLogger("signalbox.access")


class Works(Protocol):
    """One task of a worker."""

    async def run(self) -> None: ...


def create_app() -> object:
    """Called once in each worker process, before its event loop serves."""
    # A pydantic warning quotes what it could not serialize, which may be somebody's text.
    warnings.simplefilter("ignore")
    exit_with_parent()
    redact_logs(os.environ.get(LOG_FORMAT_ENV, "plain"))
    from litellm.proxy.proxy_server import app as litellm_app

    sweep()
    from plugins.litellm_adapter.checked import Checked, health_routes
    from plugins.litellm_adapter.console_proxy import ConsoleProxy
    from plugins.litellm_adapter.edge import Edge
    from plugins.litellm_adapter.headers import headers_of
    from plugins.litellm_adapter.hooks import signalbox
    from plugins.litellm_adapter.key_guard import KeyGuard
    from plugins.litellm_adapter.metrics_path import MetricsPath
    from plugins.litellm_adapter.routes import include_first, install

    config = Path(os.environ[CONFIG_ENV])
    state = Path(os.environ[STATE_ENV]) if os.environ.get(STATE_ENV) else None
    checked = Checked(lambda: signalbox.gateway, state)
    install(litellm_app, signalbox, state)
    include_first(litellm_app, health_routes(checked))
    tasks: set[asyncio.Task[None]] = set()

    async def on_start() -> None:
        sweep()
        no_cooldowns()
        gateway = await signalbox.start(config, state)
        for work in _works(gateway, config, state, checked):
            tasks.add(asyncio.create_task(work.run(), name=f"signalbox-{type(work).__name__.lower()}"))
        keep_for_good()
        tell_ready(os.environ)

    async def on_stop() -> None:
        for task in tasks:
            task.cancel()
        await signalbox.gateway.counters.flush()
        await asyncio.to_thread(signalbox.gateway.close)

    told = access_line if os.environ.get(LOG_FORMAT_ENV) == "json" else None
    edge = Edge(
        KeyGuard(litellm_app),
        on_start,
        on_stop,
        headers_of=headers_of,
        on_end=lambda trace, status: ended(signalbox.gateway, trace, status, told),
    )
    return ConsoleProxy(MetricsPath(Traced(edge, "gateway") if configure("gateway", os.environ) else edge))


def ended(gateway: Gateway, trace: Trace, status: int, told: Callable[[Trace, int], None] | None) -> None:
    """A request is over. ``told``: writes its line into the log."""
    gateway.end(trace, status)
    if told is not None:
        told(trace, status)


def access_line(trace: Trace, status: int) -> None:
    """One line a request, for logs that a machine reads: ids and numbers, no query and no content."""
    served = trace.served
    told: dict[str, object] = {"request_id": trace.request_id, "status": status, "ms": round(trace.elapsed_ms(), 1)}
    if served is not None:
        told |= {"tier": served.tier.label, "deployment": served.id}
    if trace.decision is not None:
        told["decision"] = trace.decision.id
    _ACCESS.info("%s", trace.path, extra=told)


def _works(gateway: Gateway, config: Path, state: Path | None, checked: Checked) -> tuple[Works, ...]:
    """What runs beside the requests until the end."""
    from plugins.litellm_adapter.db_models import DbModels
    from plugins.litellm_adapter.deployments import LiteLLMDeployments
    from plugins.litellm_adapter.hooks import signalbox
    from plugins.litellm_adapter.reload import Reloader
    from plugins.litellm_adapter.retention import Retention

    deployments = LiteLLMDeployments()
    reloader = Reloader(gateway, config, deployments, state=state)
    models = DbModels(gateway, registration=signalbox.registration, deployments=deployments)
    return (reloader, models, checked, gateway.counters, Retention(gateway))


def keep_for_good() -> None:
    """Takes what start-up made out of garbage collection: it stays until the end. A process that imported LiteLLM
    itself would look through a million objects for half a second each time, in which no request gets on."""
    gc.collect()
    gc.freeze()
    # Python collects whole only when a fourth of what it last counted has come anew: it counts again, without those.
    gc.collect()


def no_cooldowns() -> None:
    """Switches LiteLLM's cooldowns off: it would answer a made-up 429 for a deployment that failed before, where our
    health policy only puts that one last."""
    from litellm.proxy import proxy_server

    if proxy_server.llm_router is not None:
        proxy_server.llm_router.disable_cooldowns = True
