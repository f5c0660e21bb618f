"""The wall's face: refusals, their record, health."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path

import httpx
import pytest

from plugins.routing.egress_verdict import HEADER
from services.egress.app import EgressSettings, egress_app
from tests.services.egress.make import verdict_text
from tests.services.egress.upstream import Wall, until, upstream, wall


def _counts(broker: Wall, count: int) -> bool:
    return len(broker.records()) == count


async def raw(url: str, request: bytes) -> bytes:
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(4096), 10)
    writer.close()
    return answer


@pytest.mark.parametrize("path", ["/t/far/v1/chat/completions", "/", "/v1/models", "/t/far", "//evil.example/t/far/x"])
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_without_a_verdict_everything_is_refused_and_recorded(tmp_path: Path, method: str, path: str) -> None:
    async with upstream() as far, wall(tmp_path, far.url) as broker, httpx.AsyncClient(trust_env=False) as http:
        answer = await http.request(method, broker.url + path, content=b"secret words" if method == "POST" else None)
        assert answer.status_code == 403
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
        assert answer.json()["error"]["code"] == "egress_refused"
        await until(lambda: broker.records())
        [row] = broker.records()
        assert row["event"] == "refused"
        assert "secret words" not in broker.text()
        assert not far.received


async def test_a_refusal_names_the_decision_where_the_signature_held(tmp_path: Path) -> None:
    async with upstream() as far, wall(tmp_path, far.url) as broker, httpx.AsyncClient(trust_env=False) as http:
        for count, (text, known) in enumerate(
            (
                (verdict_text(time.time(), data_class="restricted"), "d1"),
                (verdict_text(time.time(), key=b"other"), None),
            ),
            1,
        ):
            assert (await http.post(f"{broker.url}/t/far/x", headers={HEADER: text})).status_code == 403
            await until(partial(_counts, broker, count))
            assert broker.records()[-1].get("decision") == known
        assert not far.received


@pytest.mark.parametrize(
    "framing",
    [
        b"content-length: 2\r\ncontent-length: 2\r\n\r\n{}",
        b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 30\r\n\r\n0\r\n\r\nPOST /t/far/y HTTP/1.1\r\nhost: x\r\n\r\n",
        b"content-length: +2\r\n\r\n{}",
        b"x-a: b\r\n x-folded: c\r\ncontent-length: 2, 3\r\n\r\n{}",
    ],
)
async def test_no_request_is_smuggled(tmp_path: Path, framing: bytes) -> None:
    async with upstream() as far, wall(tmp_path, far.url) as broker:
        head = f"POST /t/far/x HTTP/1.1\r\nhost: h\r\n{HEADER}: {verdict_text(time.time())}\r\n".encode()
        answer = await raw(broker.url, head + framing)
        assert answer.split(b" ")[1] in (b"400", b"403")
        assert not far.received


async def test_two_verdicts_are_none(tmp_path: Path) -> None:
    async with upstream() as far, wall(tmp_path, far.url) as broker:
        both = "".join(f"{HEADER}: {verdict_text(time.time())}\r\n" for _ in range(2))
        request = f"POST /t/far/x HTTP/1.1\r\nhost: h\r\n{both}content-length: 2\r\n\r\n{{}}"
        assert b" 403 " in await raw(broker.url, request.encode())
        assert not far.received


async def test_ready_once_the_targets_are_there(tmp_path: Path) -> None:
    async with wall(tmp_path, "http://127.0.0.1:9") as broker, httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{broker.url}/health/readiness")).status_code == 200
        (tmp_path / "egress.json").unlink()
        assert (await http.get(f"{broker.url}/health/readiness")).status_code == 503
        assert (await http.get(f"{broker.url}/health/liveness")).status_code == 200


async def test_a_verdict_in_a_path_is_in_no_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    for theirs in ("httpx", "httpcore"):  # the client of this test, not the wall
        caplog.set_level("WARNING", theirs)
    async with upstream() as far, wall(tmp_path, far.url) as broker:
        text = verdict_text(time.time())
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.post(f"{broker.url}/v/{text}/t/far/x", content=b"{}")).status_code == 200
        assert text not in caplog.text


def test_an_empty_key_is_no_wall(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="empty"):
        egress_app(EgressSettings(tmp_path / "a", tmp_path / "b", b""))
