"""Real processes: what a service does with sockets, signals and a dead parent."""

import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import httpx
import psutil

from services.common.serve import NOT_STARTED

SERVICE = textwrap.dedent(
    """
    import sys
    from services.common.app import create_app
    from services.common.serve import serve
    from services.common.settings import service_parser, service_settings

    settings = service_settings("test", service_parser("test", "").parse_args(), {})
    serve(lambda: create_app("test", ready=None, internal_key=None), settings)
    """
)
LISTENING = re.compile(r"listening on (http://\S+)")


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("SIGNALBOX_")}


def start(script: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stderr=subprocess.PIPE, text=True, env=environment()
    )


def base_url(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    seen = []
    for line in process.stderr:  # ends with the process; pytest's timeout bounds a hang
        seen.append(line)
        if found := LISTENING.search(line):
            return found[1]
    raise AssertionError("".join(seen))


def stop(process: "subprocess.Popen[str]") -> int:
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(20)
    finally:
        process.kill()
        process.communicate()


def test_it_says_its_port_serves_and_stops_when_told() -> None:
    process = start(SERVICE)
    try:
        url = base_url(process)
        assert httpx.get(url + "/health/readiness").status_code == 200
    finally:
        status = stop(process)
    assert status in (0, -signal.SIGTERM)


def test_a_taken_port_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(SERVICE, "--port", str(taken.getsockname()[1]))
        _, errors = process.communicate(timeout=60)
    assert process.returncode == NOT_STARTED
    assert "address already in use" in errors.lower()


def test_it_does_not_outlive_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(SERVICE)
    parent = start("import subprocess, sys; p = subprocess.Popen([sys.executable, sys.argv[1]]); p.wait()", str(script))
    url = base_url(parent)
    (child,) = psutil.Process(parent.pid).children()
    assert httpx.get(url + "/health/liveness").status_code == 200
    parent.kill()
    try:
        psutil.wait_procs([child], timeout=20)
        assert not child.is_running()
    finally:
        if child.is_running():
            child.kill()
        parent.communicate()
