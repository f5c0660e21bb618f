"""The sidecar's answers, and what they mean for the boundary."""

from __future__ import annotations

import httpx
import pytest

from plugins.litellm_adapter.hearing import KEY_ENV, URL_ENV, Heard, hear
from plugins.litellm_adapter.refusal import Refused


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL_ENV, "http://audio")
    monkeypatch.setenv(KEY_ENV, "inside")


def _client(status: int, body: object, engine: str = "whisper.cpp") -> httpx.AsyncClient:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer inside"
        assert b'name="language"' in request.content
        headers = {"x-signalbox-engine": engine, "x-signalbox-seconds": "2.5"}
        return httpx.Response(status, json=body, headers=headers)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def test_what_was_heard() -> None:
    async with _client(200, {"text": "My secret words."}) as client:
        heard = await hear(client, "a.wav", b"sound", {"language": "en"})
    assert heard is not None
    assert (heard.text, heard.seconds, heard.reliable) == ("My secret words.", 2.5, True)
    assert "secret" not in repr(heard)


@pytest.mark.parametrize(("engine", "text"), [("pocketsphinx", "oh no"), ("whisper.cpp", " ")])
def test_what_nobody_can_rely_on(engine: str, text: str) -> None:
    assert not Heard({"text": text}, engine, 1.0).reliable


@pytest.mark.parametrize("status", [404, 500, 503])
async def test_a_machine_that_cannot_hear_says_nothing(status: int) -> None:
    async with _client(status, {"error": {"message": "no"}}) as client:
        assert await hear(client, "a", b"", {"language": "en"}) is None


@pytest.mark.parametrize("status", [400, 429])
async def test_a_wrong_recording_is_refused_and_goes_nowhere(status: int) -> None:
    async with _client(status, {"error": {"message": "Cut off.", "code": "invalid_audio", "param": "file"}}) as client:
        with pytest.raises(Refused) as caught:
            await hear(client, "a", b"", {"language": "en"})
    assert (caught.value.status, caught.value.message, caught.value.param) == (status, "Cut off.", "file")


async def test_without_a_sidecar_or_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    async with httpx.AsyncClient(transport=httpx.MockTransport(broken)) as client:
        assert await hear(client, "a", b"") is None
        monkeypatch.delenv(URL_ENV)
        assert await hear(client, "a", b"") is None
