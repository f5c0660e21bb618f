"""A small HTTP server on loopback that serves one folder the ways real ones do, and misbehaves on request."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.http_server import StandInServer


@dataclass
class FileServer:
    """``files``: path to bytes. ``heads``: extra headers of a path. ``redirects``: path to URL. ``statuses``: path to
    an error. ``cut``: bytes after which an answer breaks off, taken from the front, one an answer. ``ranges``: whether
    Range is honored. ``seen``: (method, path, Range, Authorization) of every request."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    heads: dict[str, dict[str, str]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    cut: list[int] = field(default_factory=list)
    ranges: bool = True
    seen: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)


@contextmanager
def file_server() -> Iterator[FileServer]:
    state = FileServer()
    handler = type("Handler", (_Handler,), {"state": state})
    server = StandInServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: FileServer

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        state, path = self.state, self.path
        given = self.headers.get("Range")
        state.seen.append((self.command, path, given, self.headers.get("Authorization")))
        if path in state.statuses:
            self._send(state.statuses[path], b"", {})
        elif path in state.redirects:
            self._send(302, b"", {"Location": state.redirects[path], **state.heads.get(path, {})})
        elif path not in state.files:
            self._send(404, b"", {})
        else:
            self._file(state.files[path], given if state.ranges else None, state.heads.get(path, {}), body=body)

    def _file(self, data: bytes, given: str | None, heads: dict[str, str], *, body: bool) -> None:
        match = re.fullmatch(r"bytes=(\d+)-", given or "")
        if not match:
            self._send(200, data, heads, body=body)
            return
        start = int(match[1])
        if start >= len(data):
            self._send(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            return
        span = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
        self._send(206, data[start:], {**heads, **span}, body=body)

    def _send(self, status: int, data: bytes, heads: dict[str, str], *, body: bool = True) -> None:
        self.send_response(status)
        for name, value in heads.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not body:
            return
        if self.command == "GET" and status in (200, 206) and self.state.cut:
            data = data[: self.state.cut.pop(0)]
            self.close_connection = True
        self.wfile.write(data)
