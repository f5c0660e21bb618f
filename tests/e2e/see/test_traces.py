"""One trace through all processes, and log lines that name their request and quote nobody."""

from __future__ import annotations

import base64
import json

import httpx

from tests.e2e.see.box import Box
from tests.e2e.see.collector import Seen

SECRET = "zanzibar-manuscript"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _spans(box: Box, trace: str, wanted: set[str]) -> dict[str, Seen]:
    """The spans of one trace by name, once all that are wanted have arrived."""

    def found() -> dict[str, Seen]:
        return {s.name: s for s in box.collector.spans if s.trace == trace}

    box.system.wait_for(lambda: wanted <= set(found()), f"the spans {wanted}", 30)
    return found()


def test_a_document_question_is_one_trace(box: Box) -> None:
    document = base64.b64encode(f"The {SECRET} was sold in 1921.".encode()).decode()
    file = {"filename": "notes.txt", "file_data": f"data:text/plain;base64,{document}"}
    content = [{"type": "text", "text": "When was it sold?"}, {"type": "file", "file": file}]
    body = {"model": "auto", "messages": [{"role": "user", "content": content}]}
    with box.system.client() as http:
        answer = http.post("/v1/chat/completions", json=body, headers={"traceparent": PARENT})
    assert answer.status_code == 200, answer.text
    spans = _spans(box, PARENT.split("-")[1], {"gateway", "signals", "decision", "model"})
    assert spans["gateway"].parent == PARENT.split("-")[2]
    assert {spans[name].service for name in ("gateway", "signals", "decision", "model")} == {"signalbox-gateway"}
    assert answer.headers["x-signalbox-decision-id"] in spans["decision"].words
    # The upstream is one of this machine's: it is told the trace and the request's id.
    assert box.cloud.holds(f"traceparent: 00-{PARENT.split('-')[1]}-{spans['model'].id}")
    assert SECRET not in "".join(s.words for s in box.collector.spans)


def test_the_trace_goes_on_in_the_process_that_searches(box: Box) -> None:
    parent = PARENT.replace("0af76519", "1bf76519")
    with box.system.client() as http:
        answer = http.post("/v1/embeddings", json={"model": "embed", "input": SECRET}, headers={"traceparent": parent})
    assert answer.status_code == 200, answer.text
    spans = _spans(box, parent.split("-")[1], {"gateway", "signals", "decision", "model", "retrieval"})
    assert (spans["gateway"].service, spans["retrieval"].service) == ("signalbox-gateway", "signalbox-retrieval")
    assert spans["retrieval"].parent == spans["model"].id
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
