"""One trace through all processes, and log lines that name their request and quote nobody."""

from __future__ import annotations

import base64
import json

import httpx

from tests.e2e.see.box import Box, store_of
from tests.e2e.see.collector import Seen

SECRET = "zanzibar-manuscript"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


GATEWAY, DOCUMENTS, RETRIEVAL = "signalbox-gateway", "signalbox-documents", "signalbox-retrieval"
Spans = dict[tuple[str, str], Seen]


def _spans(box: Box, trace: str, wanted: set[tuple[str, str]]) -> Spans:
    """The spans of one trace by process and name, once all that are wanted have arrived."""

    def found() -> Spans:
        return {(s.service, s.name): s for s in box.collector.spans if s.trace == trace}

    box.system.wait_for(lambda: wanted <= set(found()), f"the spans {wanted}", 30)
    return found()


def _above(box: Box, span: Seen) -> list[str]:
    """Ids of the spans that it is in, nearest first: FastAPI has some of its own between ours."""
    parents = {s.id: s.parent for s in box.collector.spans if s.trace == span.trace}
    found = [span.parent]
    while found[-1] in parents:
        found.append(parents[found[-1]])
    return found


def _of_the_gateway(*names: str) -> set[tuple[str, str]]:
    return {(GATEWAY, name) for name in names}


def test_a_document_question_is_one_trace_through_all_processes(box: Box) -> None:
    store = store_of(box, "sales.html", f"<h1>Sales</h1><p>The {SECRET} was sold in 1921 in Oslo.</p>".encode())
    attached = base64.b64encode(f"<p>The {SECRET} came back in 1950.</p>".encode()).decode()
    file = {"filename": "notes.html", "file_data": f"data:text/html;base64,{attached}"}
    content = [{"type": "text", "text": "In which year was it sold in Oslo?"}, {"type": "file", "file": file}]
    tools = [{"type": "file_search", "vector_store_ids": [store]}]
    body = {"model": "auto", "messages": [{"role": "user", "content": content}], "tools": tools}
    with box.system.client() as http:
        answer = http.post("/v1/chat/completions", json=body, headers={"traceparent": PARENT})
    assert answer.status_code == 200, answer.text
    trace = PARENT.split("-")[1]
    ours = _of_the_gateway("gateway", "documents", "file_search", "signals", "decision", "model")
    spans = _spans(box, trace, ours | {(DOCUMENTS, "documents"), (RETRIEVAL, "retrieval")})
    root = spans[GATEWAY, "gateway"]
    assert root.parent == PARENT.split("-")[2]
    # What was attached is read and the store is searched in processes of their own, under the gateway's spans.
    assert spans[DOCUMENTS, "documents"].parent == spans[GATEWAY, "documents"].id
    assert spans[RETRIEVAL, "retrieval"].parent == spans[GATEWAY, "file_search"].id
    assert f"/v1/vector_stores/{store}/search" in spans[RETRIEVAL, "retrieval"].words
    for name in ("documents", "file_search", "signals", "decision", "model"):
        assert root.id in _above(box, spans[GATEWAY, name]), name
    assert answer.headers["x-signalbox-decision-id"] in spans[GATEWAY, "decision"].words
    # The upstream is one of this machine's: it is told the trace and the request's id, and what was found.
    assert box.cloud.holds(f"traceparent: 00-{trace}-{spans[GATEWAY, 'model'].id}")
    assert box.cloud.holds("was sold in 1921")
    assert box.cloud.holds("came back in 1950")
    assert answer.json()["choices"][0]["message"]["annotations"][0]["filename"] == "sales.html"
    assert SECRET not in "".join(s.words for s in box.collector.spans)


def test_the_trace_goes_on_in_the_process_that_searches(box: Box) -> None:
    parent = PARENT.replace("0af76519", "1bf76519")
    with box.system.client() as http:
        answer = http.post("/v1/embeddings", json={"model": "embed", "input": SECRET}, headers={"traceparent": parent})
    assert answer.status_code == 200, answer.text
    ours = _of_the_gateway("gateway", "signals", "decision", "model")
    spans = _spans(box, parent.split("-")[1], ours | {(RETRIEVAL, "retrieval")})
    assert spans[RETRIEVAL, "retrieval"].parent == spans[GATEWAY, "model"].id
    assert SECRET not in "".join(s.words for s in box.collector.spans)


def test_log_lines_name_the_request_and_quote_nobody(box: Box) -> None:
    with box.system.client() as http:
        body = {"model": "auto", "messages": [{"role": "user", "content": f"Summarize: {SECRET}"}]}
        answer: httpx.Response = http.post("/v1/chat/completions", json=body)
    decision = answer.headers["x-signalbox-decision-id"]
    logs = box.system.state / "log"  # each worker has its own

    def line() -> dict[str, object]:
        rows = (row for log in logs.glob("gateway*.log") for row in log.read_text("utf-8", "replace").splitlines())
        told = (json.loads(row) for row in rows if row.startswith("{"))
        return next((one for one in told if one.get("decision") == decision), {})

    box.system.wait_for(line, "the request's line", 20)
    found = line()
    assert (found["message"], found["status"], found["service"]) == ("/v1/chat/completions", 200, "gateway")
    assert found["request_id"]
    assert len(str(found["trace_id"])) == 32
    assert SECRET.encode() not in box.system.all_logs()
