from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import psutil

from tests.services.llm.conftest import Service, eventually

MESSAGES = [{"role": "user", "content": "hi"}]
ENDLESS: dict[str, Any] = {"model": "endless", "messages": MESSAGES}


def row(client: httpx.Client, name: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = client.get("/state").json()["models"]
    return next(r for r in rows if r["name"] == name)


def test_a_stream_arrives_piece_by_piece_and_leaving_cancels_the_work(service: Service) -> None:
    with service.client() as client:
        with client.stream("POST", "/v1/chat/completions", json={**ENDLESS, "stream": True}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            lines = answer.iter_lines()
            first = next(line for line in lines if '"content":"This"' in line)
            assert json.loads(first.removeprefix("data: "))["model"] == "endless"
            assert row(client, "endless")["in_flight"] == 1  # 30,000 tokens are still to come
        eventually(lambda: row(client, "endless")["in_flight"] == 0)
        busy = psutil.Process(row(client, "endless")["pid"])
        eventually(lambda: busy.cpu_percent(0.2) < 5)


def test_leaving_before_the_answer_cancels_the_work_too(service: Service) -> None:
    with service.client() as client:
        started = threading.Event()

        def leave() -> None:
            with service.client(timeout=2) as impatient:
                started.set()
                try:
                    impatient.post("/v1/chat/completions", json=ENDLESS)
                except httpx.ReadTimeout:
                    return

        thread = threading.Thread(target=leave)
        thread.start()
        started.wait()
        eventually(lambda: row(client, "endless")["in_flight"] == 1)
        thread.join()
        eventually(lambda: row(client, "endless")["in_flight"] == 0)
        eventually(lambda: psutil.Process(row(client, "endless")["pid"]).cpu_percent(0.2) < 5)


def test_a_crash_costs_that_model_only_and_says_so(service: Service) -> None:
    with service.client() as client:
        client.post("/v1/chat/completions", json={"model": "tiny", "messages": MESSAGES})
        tiny = row(client, "tiny")["pid"]
        with client.stream("POST", "/v1/chat/completions", json={**ENDLESS, "stream": True}) as answer:
            lines = answer.iter_lines()
            next(line for line in lines if '"content":"This"' in line)
            psutil.Process(row(client, "endless")["pid"]).kill()
            last = [line for line in lines if line][-1]
        assert json.loads(last.removeprefix("data: "))["error"]["code"] == "model_crashed"
        assert row(client, "tiny")["pid"] == tiny
        eventually(lambda: row(client, "endless")["state"] == "unloaded")  # its end is seen a moment later
        again = client.post("/v1/chat/completions", json={**ENDLESS, "max_tokens": 2})
        assert again.status_code == 200, again.text


def test_a_crash_before_the_answer_is_503(service: Service) -> None:
    answers: list[httpx.Response] = []
    with service.client() as client:
        thread = threading.Thread(target=lambda: answers.append(client.post("/v1/chat/completions", json=ENDLESS)))
        thread.start()
        eventually(lambda: row(client, "endless")["in_flight"] == 1)
        psutil.Process(row(client, "endless")["pid"]).kill()
        thread.join()
    assert answers[0].status_code == 503
    assert answers[0].json()["error"]["code"] == "model_crashed"
    assert answers[0].headers["retry-after"] == "1"


def test_llama_cpps_errors_come_out_in_openais_shape(service: Service) -> None:
    with service.client() as client:
        long = {"model": "tiny", "messages": [{"role": "user", "content": "x" * 5000}]}
        answer = client.post("/v1/chat/completions", json=long)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "context_length_exceeded"
        odd = client.post("/v1/chat/completions", json={"model": "tiny", "messages": "hi"})
        assert (odd.status_code, odd.json()["error"]["type"]) == (400, "invalid_request_error")
        image = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
        seen = client.post(
            "/v1/chat/completions", json={"model": "tiny", "messages": [{"role": "user", "content": image}]}
        )
        assert (seen.status_code, seen.json()["error"]["code"]) == (400, "unsupported_value")
