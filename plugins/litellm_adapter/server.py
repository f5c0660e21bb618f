"""``python -m plugins.litellm_adapter.server``: one gateway process (or several workers) on one rendered file.

Knows: the command line, the environment that LiteLLM 1.106.2 reads at import, uvicorn. Does not know: routing,
LiteLLM's Python API (``app`` does). A configuration that does not parse ends it with status 2 before LiteLLM is
imported.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

import uvicorn

from plugins.litellm_adapter.parent import OWNER_ENV, exit_with_parent
from plugins.routing.config.load import ConfigError, load_config

CONFIG_ENV = "SIGNALBOX_RENDERED_CONFIG"
STATE_ENV = "SIGNALBOX_STATE"
READY_ENV = "SIGNALBOX_READY_FILE"
METRICS_ENV = "PROMETHEUS_MULTIPROC_DIR"
"""The folder where workers count together; the library reads it when it is imported."""

LITELLM_ENV = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else three attempts to fetch a price table
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",  # the same for a table of headers
    "LITELLM_LOCAL_BLOG_POSTS": "True",  # the same for news on the admin UI's first page
    "LITELLM_TELEMETRY": "False",
    "LITELLM_MODE": "PRODUCTION",  # else a .env file of the working directory is read
    "LITELLM_LOG": "WARNING",
    "DISABLE_SCHEMA_UPDATE": "true",
    "DO_NOT_TRACK": "1",
    # A connection that was idle for longer is not used again. Many servers (vLLM, llama.cpp, anything on uvicorn) close
    # theirs after 5 s, and a request that is sent at that moment fails; LiteLLM's own 120 s would try it every time.
    "AIOHTTP_KEEPALIVE_TIMEOUT": "4",
    # Products of small matrices for one request: threads would only wait for each other, and for other workers.
    "OPENBLAS_NUM_THREADS": "1",
}


APP = "plugins.litellm_adapter.app:create_app"
SETTINGS: dict[str, Any] = {
    "factory": True,
    "loop": "uvloop",
    "http": "httptools",
    "access_log": False,
    "server_header": False,
    "log_config": None,
    "timeout_keep_alive": 75,
    "timeout_graceful_shutdown": 10,
}
STARTUP_FAILED = 3


def main(argv: Sequence[str] | None = None, shared: socket.socket | None = None) -> int:
    """Serves until told to stop. Returns 2 where the configuration is broken, with each problem on standard error.
    ``shared``: a socket that is bound already (``bound``)."""
    given = options(argv)
    try:
        load_config(given.config)
    except ConfigError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return 2
    prepare(given)
    exit_with_parent()
    settings = SETTINGS
    if given.tls_cert:
        settings = SETTINGS | {"ssl_certfile": given.tls_cert, "ssl_keyfile": given.tls_key}
    if given.of:
        with shared or bound(given.host, given.port) as one:
            return _serve_shared(one, settings)
    uvicorn.run(APP, host=given.host, port=given.port, workers=given.workers, **settings)
    return 0


def prepare(given: argparse.Namespace) -> None:
    """The environment and the folders that must be there before LiteLLM is imported."""
    set_environment(os.environ, given.config, given.state, given.of or given.workers)
    if METRICS_ENV in os.environ:
        folder = Path(os.environ[METRICS_ENV])
        if given.of:  # whoever starts them all sweeps it
            folder.mkdir(parents=True, exist_ok=True)
        else:
            fresh(folder)


def bound(host: str, port: int) -> socket.socket:
    """A socket on a port that others may be bound to. It takes connections once it is served. Raises OSError."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((host, port))
    return made


def _serve_shared(shared: socket.socket, settings: Mapping[str, Any]) -> int:
    """Serves beside the others on the port, which the kernel shares out."""
    server = uvicorn.Server(uvicorn.Config(APP, **settings))
    server.run(sockets=[shared])
    return 0 if server.started else STARTUP_FAILED


def set_environment(environ: MutableMapping[str, str], config: Path, state: Path | None, workers: int = 1) -> None:
    """Tells LiteLLM and our own app, in this process and its workers, which file to start on. A value that is already
    set stays, but for the path of the file."""
    for name, value in LITELLM_ENV.items():
        environ.setdefault(name, value)
    path = str(config.resolve())
    environ["CONFIG_FILE_PATH"] = path
    environ["WORKER_CONFIG"] = path
    environ[CONFIG_ENV] = path
    if state is not None:
        environ[STATE_ENV] = str(state.resolve())
    environ["SIGNALBOX_WORKERS"] = str(workers)
    if environ.get(STATE_ENV):
        environ[METRICS_ENV] = str(Path(environ[STATE_ENV]) / "run" / "metrics")


def tell_ready(environ: Mapping[str, str]) -> None:
    """Tells the supervisor, where one waits for it, that this process can serve: on a shared port it cannot ask."""
    if environ.get(READY_ENV):
        path = Path(environ[READY_ENV])
        temporary = path.with_suffix(".new")
        pid = int(environ.get(OWNER_ENV) or os.getpid())  # the one that the supervisor knows
        temporary.write_text(json.dumps({"state": "ready", "pid": pid}))
        temporary.replace(path)


def fresh(folder: Path) -> None:
    """An empty folder for what workers count: a new start counts from zero."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="gateway", description="The Signalbox gateway on one rendered file.")
    parser.add_argument("--config", type=Path, required=True, help="the rendered YAML")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--of", type=int, default=0, help="one of so many processes, started one by one, on the port")
    parser.add_argument("--tls-cert", help="a certificate (PEM), to serve TLS")
    parser.add_argument("--tls-key", help="its key")
    parser.add_argument("--state", type=Path, default=None, help="directory of the decision log and parts.json")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
