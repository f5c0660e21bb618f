"""Runs an application on a socket until it is told to stop.

Knows: uvicorn, signals (SIGINT and SIGTERM end it gracefully), the parent's death. Does not know: what is served.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from services.common import tracing
from services.common.logging import configure_logging
from services.common.parent import exit_with_parent
from services.common.settings import ServiceSettings

GRACEFUL_S = 10
"""How long answers in progress may take after a stop was asked for."""

KEEP_ALIVE_S = 75
"""How long an idle connection stays: longer than any client of ours would use it again, so that none is closed under a
request that has just been sent."""

NOT_STARTED = 3
"""Exit status of a service that could not start; uvicorn's own."""

_log = logging.getLogger("signalbox.serve")


def serve(make_app: Callable[[], FastAPI], settings: ServiceSettings, *, with_parent: bool = True) -> None:
    """Serves ``make_app()`` on ``settings.host``:``settings.port``; returns after a graceful stop.

    Logs ``listening on http://host:port`` (the real port, where 0 was asked for) once the socket listens. Exits
    with ``NOT_STARTED`` where the port is taken or the application does not start. ``with_parent``: also stop when the
    process that started this one is gone (SIGNALBOX_PARENT_PID, else the parent at start).
    """
    configure_logging(settings.name, style=settings.log_style)
    tracing.configure(settings.name, os.environ)
    over = None
    if with_parent:
        parent = os.environ.get("SIGNALBOX_PARENT_PID", "")
        over = exit_with_parent(int(parent) if parent.isdigit() else None)
    config = uvicorn.Config(
        make_app(),
        host=settings.host,
        port=settings.port,
        log_config=None,  # ours: uvicorn's would print exception messages
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_S,
    )
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    try:
        socket.listen(config.backlog)  # a socket that is only bound refuses whoever believes the line below
        host, port = socket.getsockname()[:2]
        _log.info("listening on http://%s:%d", f"[{host}]" if ":" in host else host, port)
        server.run(sockets=[socket])
    finally:
        socket.close()
        if over is not None:
            over.set()
    if not server.started:
        raise SystemExit(NOT_STARTED)
