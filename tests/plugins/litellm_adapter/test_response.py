"""One answer on its way out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.response import Answer
from plugins.litellm_adapter.trace import Trace
from tests.plugins.litellm_adapter.facts import BIG, trace


async def _sent(
    request: Trace, status: int, *bodies: bytes, kind: bytes = b"application/json", judged: bool = True
) -> tuple[int, dict[str, str], bytes]:
    out: list[Any] = []

    async def send(message: Any) -> None:
        out.append(message)

    answer = Answer(send, request, lambda _t: {}, judged=judged)
    await answer.send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
    for i, body in enumerate(bodies):
        await answer.send({"type": "http.response.body", "body": body, "more_body": i + 1 < len(bodies)})
    headers = {k.decode(): v.decode() for k, v in out[0]["headers"]}
    return out[0]["status"], headers, b"".join(m["body"] for m in out[1:])


async def test_our_refusal_replaces_litellms_rendering_of_it() -> None:
    why = Refused(403, "Not there.", "data_boundary", kind="permission_error")
    status, headers, body = await _sent(
        trace(refusal=why), 403, b'{"error":{"message":"Not', b' there.","code":"403"}}'
    )
    assert status == 403
    assert json.loads(body)["error"]["code"] == "data_boundary"
    assert int(headers["content-length"]) == len(body)


async def test_a_rate_limit_says_when_to_come_back() -> None:
    _, headers, _ = await _sent(trace(), 429, b'{"error":{"message":"slow"}}')
    assert int(headers["retry-after"]) > 0


@pytest.mark.parametrize(("attempts", "wanted"), [(0, 401), (1, 502)])
async def test_an_upstreams_401_is_not_the_callers(attempts: int, wanted: int) -> None:
    status, _, _ = await _sent(trace(attempts=attempts), 401, b'{"error":{"message":"Incorrect API key"}}')
    assert status == wanted


async def test_an_unknown_key_without_a_database_is_a_401() -> None:
    status, _, body = await _sent(trace(), 400, b'{"error":{"message":"No connected db.","type":"no_db_connection"}}')
    assert status == 401
    assert json.loads(body)["error"]["code"] == "invalid_api_key"


async def test_events_name_the_model_that_was_asked_for_after_a_fallback() -> None:
    event = b'data: {"model":"big","choices":[{"delta":{"content":"say \\"model\\":\\"big\\""}}]}\n\n'
    _, _, body = await _sent(trace(served=BIG), 200, event, kind=b"text/event-stream; charset=utf-8")
    value = json.loads(body[6:])
    assert value["model"] == "auto"
    assert value["choices"][0]["delta"]["content"] == 'say "model":"big"'
    _, _, body = await _sent(trace(), 200, event, kind=b"text/event-stream")
    assert body == event


async def test_a_failed_response_event_keeps_its_shape_without_internals() -> None:
    value = {"type": "response.failed", "response": {"model": "m", "error": {"message": "litellm.APIConnectionError"}}}
    event = b"event: response.failed\ndata: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"
    _, _, body = await _sent(trace(path="/v1/responses"), 200, event, kind=b"text/event-stream")
    told = json.loads(body.split(b"data: ")[1])
    assert told["type"] == "response.failed"
    assert "broke off" in told["response"]["error"]["message"]
    assert told["response"]["model"] == "auto"


async def test_elsewhere_only_a_bare_404_is_shaped() -> None:
    _, _, body = await _sent(Trace(path="/x"), 404, b'{"detail":"Not Found"}', judged=False)
    assert json.loads(body)["error"]["code"] == "not_found"
    _, _, body = await _sent(Trace(path="/x"), 404, b'{"detail":"no such key"}', judged=False)
    assert body == b'{"detail":"no such key"}'
