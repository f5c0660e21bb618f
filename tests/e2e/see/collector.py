"""A collector of traces on loopback: OTLP over HTTP, as an OpenTelemetry collector takes it.

Knows: the protocol's messages. Does not know: what spans mean.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.http_server import StandInServer


@dataclass(frozen=True, slots=True)
class Seen:
    """One span. Ids in hexadecimal; ``parent`` is empty for a root. ``service``: the process's name."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    words: str


@dataclass(slots=True)
class Collector:
    """``spans``: in the order in which they arrived."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        """One exported batch."""
        told = ExportTraceServiceRequest.FromString(body)
        for resource in told.resource_spans:
            names = {a.key: a.value.string_value for a in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [
                    Seen(
                        names.get("service.name", ""), s.name, s.trace_id.hex(), s.span_id.hex(),
                        s.parent_span_id.hex(), str(s),
                    )
                    for s in scope.spans
                ]  # fmt: skip


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listens until the block ends."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                collector.take(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    with StandInServer(("127.0.0.1", 0), Handler) as server:
        collector.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield collector
        server.shutdown()
