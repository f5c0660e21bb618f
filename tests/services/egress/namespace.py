"""Two network namespaces, as compose.yaml makes them: one for the gateway's side, without a route out, and one for the
broker, which also has a road to a cloud. ``unshare -rn python -m tests.services.egress.namespace FOLDER`` prints what
the gateway's side could reach, as JSON.

Knows: iproute2, the broker's command. Does not know: what is expected. The outer namespace holds the cloud's address
and one end of the only cable; the inner one the other end.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from plugins.routing.egress_verdict import HEADER
from tests.services.egress.make import KEY, verdict_text, write_targets
from tests.services.egress.upstream import Upstream

CLOUD, BROKER, GATEWAY = "203.0.113.10", "10.9.0.1", "10.9.0.2"
CLOUD_PORT, BROKER_PORT = 8081, 8300
READY_S = 60.0


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def inside() -> None:
    """The gateway's side: waits for its end of the cable, then tries every way."""
    print("there", flush=True)
    sys.stdin.readline()
    ip("link", "set", "lo", "up")
    ip("addr", "add", f"{GATEWAY}/30", "dev", "inner")
    ip("link", "set", "inner", "up")
    told: dict[str, object] = {"direct": _direct(), "by_name": _by_name()}
    body = {"model": "m", "messages": [{"role": "user", "content": "hello from inside"}]}
    with httpx.Client(base_url=f"http://{BROKER}:{BROKER_PORT}", trust_env=False, timeout=READY_S) as broker:
        told["without_verdict"] = broker.post("/t/far/v1/chat/completions", json=body).status_code
        signed = {HEADER: verdict_text(time.time())}
        told["with_verdict"] = broker.post("/t/far/v1/chat/completions", json=body, headers=signed).status_code
        told["replayed"] = broker.post("/t/far/v1/chat/completions", json=body, headers=signed).status_code
    print(json.dumps(told), flush=True)


def _direct() -> str:
    try:
        with socket.create_connection((CLOUD, CLOUD_PORT), timeout=5):
            return "connected"
    except OSError as error:
        return type(error).__name__ + ":" + os.strerror(error.errno or 0)


def _by_name() -> str:
    try:
        socket.getaddrinfo("example.com", 443)
    except OSError as error:
        return type(error).__name__
    return "resolved"


async def outside(folder: Path) -> dict[str, object]:
    """The broker's side, with the cloud."""
    ip("link", "set", "lo", "up")
    ip("addr", "add", f"{CLOUD}/32", "dev", "lo")
    command = [sys.executable, "-m", "tests.services.egress.namespace"]
    pipe = asyncio.subprocess.PIPE
    inner = await asyncio.create_subprocess_exec("unshare", "-n", *command, stdin=pipe, stdout=pipe)
    assert inner.stdout is not None
    await inner.stdout.readline()  # it is there, in the namespace of its own
    ip("link", "add", "outer", "type", "veth", "peer", "name", "inner", "netns", str(inner.pid))
    ip("addr", "add", f"{BROKER}/30", "dev", "outer")
    ip("link", "set", "outer", "up")
    far = Upstream()
    cloud = await asyncio.start_server(far.serve, CLOUD, CLOUD_PORT)
    (folder / "run").mkdir(parents=True)
    write_targets(folder / "run" / "egress.json", f"http://{CLOUD}:{CLOUD_PORT}")
    at = ("--host", BROKER, "--port", str(BROKER_PORT), "--state", str(folder))
    environ = {**os.environ, "SIGNALBOX_EGRESS_KEY": KEY.decode()}
    broker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.egress", *at, env=environ, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _ready(f"http://{BROKER}:{BROKER_PORT}/health/readiness")
        said, _ = await inner.communicate(b"go\n")
        bodies = [body.decode() for _, body in far.received]
        return {**json.loads(said), "received": bodies}
    finally:
        broker.terminate()
        await broker.wait()
        cloud.close()


async def _ready(url: str) -> None:
    async with asyncio.timeout(READY_S), httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                if (await http.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(outside(Path(sys.argv[1])))))
    else:
        inside()
