"""Loopback ports for the parts: chosen once for a state directory, chosen again where one is taken.

Knows: sockets, ``ports.json``. Does not know: who listens.
"""

from __future__ import annotations

import errno
import json
import socket
from collections.abc import Iterable
from pathlib import Path

import psutil

from services.supervisor.state import read_json, write_atomic

LOOPBACK = "127.0.0.1"


class PortError(Exception):
    """The address that a person asked for cannot be used. The message says why and what to do."""


def choose_ports(path: Path, names: Iterable[str]) -> dict[str, int]:
    """A free port for each name, the same as last time where it still is free; written to ``path``."""
    said = read_json(path)
    before = {str(k): v for k, v in said.items() if isinstance(v, int)} if isinstance(said, dict) else {}
    chosen: dict[str, int] = {}
    for name in names:
        port = before.get(name)
        if port is None or port in chosen.values() or not is_free(port):
            port = free_port(avoid={*before.values(), *chosen.values()})
        chosen[name] = port
    write_atomic(path, json.dumps({**before, **chosen}, indent=1))
    return chosen


def free_port(avoid: Iterable[int] = ()) -> int:
    """A port that nobody listened on a moment ago."""
    taken = set(avoid)
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether one could listen there now; a connection that lingers from before does not count."""
    try:
        _bind(host, port)
    except OSError:
        return False
    return True


def check_address(host: str, port: int) -> None:
    """Raises PortError where one cannot listen on ``host``:``port``."""
    try:
        _bind(host, port)
    except OSError as error:
        raise PortError(_why(host, port, error)) from error


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen(1)


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is in use{_by_whom(port)}: stop that, or choose another with --port "
            f"(for example: signalbox up --port {port + 1 if port < 65535 else 4000})"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {port} needs more rights than this user has: choose one above 1023 with --port"
    return f"cannot listen on {host}:{port} ({error.strerror or error}): choose an address of this machine with --host"


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN and connection.pid and connection.laddr[1:2] == (port,):
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except (psutil.Error, OSError):
        return ""
    return ""
