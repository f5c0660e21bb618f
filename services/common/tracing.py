"""OpenTelemetry traces through all processes, only where somebody named a collector.

Knows: W3C trace context, OTLP over HTTP, the SDK. Does not know: what a span is about. Nothing is sent anywhere unless
OTEL_EXPORTER_OTLP_ENDPOINT (or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) is set; then ``configure`` makes the exporter, and
without it every function here does nothing that can be measured. Spans hold names, ids and counts, never content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from opentelemetry import context, trace
from opentelemetry.trace import Span as Span
from opentelemetry.trace import SpanKind as SpanKind
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PREFIX = "signalbox-"
QUIET_PREFIX = "/health"
"""Asked every second or so: not worth a span."""

Attributes = Mapping[str, str | int | float | bool]
_PROPAGATOR = TraceContextTextMapPropagator()


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether somebody named a collector."""
    return any(environ.get(name) for name in ENDPOINTS)


def configure(service: str, environ: Mapping[str, str]) -> bool:
    """Sends this process's spans to the collector, in batches, from a thread; False where none is named."""
    if not wanted(environ):
        return False
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return True  # in this process already
    provider = TracerProvider(resource=Resource.create({"service.name": PREFIX + service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True


def start(name: str, *, kind: SpanKind = SpanKind.INTERNAL, parent: Mapping[str, str] | None = None) -> Span:
    """A span under the running one, or under the caller's ``traceparent`` in ``parent``. Somebody must ``end`` it."""
    under = _PROPAGATOR.extract(dict(parent)) if parent is not None else None
    return trace.get_tracer("signalbox").start_span(name, context=under, kind=kind)


@contextmanager
def span(name: str, attributes: Attributes | None = None, *, kind: SpanKind = SpanKind.INTERNAL) -> Iterator[Span]:
    """A span that is the running one inside the block. An exception marks it, by its type's name alone."""
    with active(start(name, kind=kind)) as made:
        made.set_attributes(dict(attributes or {}))
        yield made


@contextmanager
def active(made: Span) -> Iterator[Span]:
    """Makes a started span the running one inside the block, and ends it."""
    token = context.attach(trace.set_span_in_context(made))
    try:
        yield made
    except BaseException as error:
        made.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        context.detach(token)
        made.end()


def record(name: str, started_ns: int, ended_ns: int, attributes: Attributes | None = None) -> None:
    """A span of the past, under the running one. Nanoseconds since 1970."""
    made = trace.get_tracer("signalbox").start_span(name, start_time=started_ns, attributes=dict(attributes or {}))
    made.end(end_time=ended_ns)


def headers(of: Span | None = None) -> dict[str, str]:
    """``traceparent`` for a request to another process, under the running span or ``of``; empty where there is none."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(of) if of is not None else None)
    return carrier


async def inject(request: httpx.Request) -> None:
    """For ``httpx.AsyncClient(event_hooks={"request": [inject]})``: what is asked of a service of ours joins in."""
    request.headers.update(headers())


def trace_id() -> str:
    """The running trace's id in hexadecimal; empty where there is none."""
    found = trace.get_current_span().get_span_context()
    return format(found.trace_id, "032x") if found.is_valid else ""


class Traced:
    """One span for each request to a service, under the caller's. A pure ASGI layer: nothing is buffered."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self.app = app
        self.name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(QUIET_PREFIX):
            await self.app(scope, receive, send)
            return
        parent = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"] if k == b"traceparent"}
        with active(start(self.name, kind=SpanKind.SERVER, parent=parent)) as made:
            made.set_attributes({"http.request.method": scope["method"], "url.path": scope["path"]})

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    made.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self.app(_under(scope, made), receive, sending)


def _under(scope: Scope, made: Span) -> Scope:
    """The request as if our span had sent it: FastAPI begins spans of its own under the header that it finds."""
    told = [(name.encode(), value.encode()) for name, value in headers(made).items()]
    names = {name for name, _ in told}
    return {**scope, "headers": [*((n, v) for n, v in scope["headers"] if n not in names), *told]}
