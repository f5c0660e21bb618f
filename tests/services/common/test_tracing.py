"""Spans across processes, in this one: the collector is the SDK's own, in memory."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from services.common import tracing

SCRIPT = """
import asyncio, json
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from services.common import tracing

kept = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(provider)

async def page(request):
    with tracing.span("inside", {"n": 1}):
        tracing.record("past", 5, 9)
        came = request.headers.get("traceparent")
        return JSONResponse({**tracing.headers(), "id": tracing.trace_id(), "came": came})

app = tracing.Traced(Starlette(routes=[Route("/x", page), Route("/health/readiness", page)]), "service")
client = TestClient(app)
with tracing.span("caller"):
    told = client.get("/x?secret=1", headers=tracing.headers()).json()
client.get("/health/readiness")
try:
    with tracing.span("fails"):
        raise ValueError("somebody's words")
except ValueError:
    pass
print(json.dumps({"told": told, "spans": [
    {"name": s.name, "id": format(s.context.span_id, "016x"), "trace": format(s.context.trace_id, "032x"),
     "parent": format(s.parent.span_id, "016x") if s.parent else None, "attributes": dict(s.attributes),
     "status": s.status.description, "events": len(s.events)} for s in kept.get_finished_spans()]}))
"""


def test_a_trace_goes_on_in_the_next_process() -> None:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(SCRIPT)], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    spans = {s["name"]: s for s in reversed(said["spans"])}  # the first of a name: the health check came later
    assert spans["service"]["parent"] == spans["caller"]["id"]
    assert spans["inside"]["parent"] == spans["service"]["id"]
    assert spans["past"]["parent"] == spans["inside"]["id"]
    assert {spans[n]["trace"] for n in ("caller", "service", "inside", "past")} == {said["told"]["id"]}
    assert said["told"]["traceparent"].split("-")[2] == spans["inside"]["id"]
    assert said["told"]["came"].split("-")[2] == spans["service"]["id"], "what FastAPI goes on from"
    assert spans["service"]["attributes"] == {
        "http.request.method": "GET",
        "url.path": "/x",
        "http.response.status_code": 200,
    }
    # A health check outside any trace makes none of its own; an exception's words stay where they were.
    assert [s["name"] for s in said["spans"]].count("service") == 1
    assert (spans["fails"]["status"], spans["fails"]["events"]) == ("ValueError", 0)


def test_without_a_collector_nothing_is_made_or_sent() -> None:
    assert not tracing.wanted({})
    assert not tracing.configure("x", {})
    assert tracing.wanted({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
    with tracing.span("x") as made:
        assert not made.is_recording()
        assert tracing.headers() == {}
        assert tracing.trace_id() == ""
    app = tracing.Traced(Starlette(routes=[Route("/", lambda _: PlainTextResponse("ok"))]), "s")
    assert TestClient(app).get("/").text == "ok"
