"""Names, what is refused before anything is asked, and when a recording is heard first; whole requests are in
``tests/e2e/test_audio.py``."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from litellm.proxy._types import ProxyException
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter import audio_routes as routes
from plugins.litellm_adapter.audio_routes import audio_routes, capability_of, passed_on
from plugins.litellm_adapter.gateway import Gateway
from plugins.litellm_adapter.hooks import SignalboxHooks
from tests.plugins.litellm_adapter import facts

pytestmark = pytest.mark.filterwarnings("ignore")


def _entry(name: str, location: str, mode: str) -> str:
    info = f"model_info: {{id: {name}, location: {location}, mode: {mode}}}"
    params = "litellm_params: {model: openai/x, api_base: 'http://127.0.0.1:9/v1'}"
    return f"  - {{model_name: {name}, {params}, {info}}}"


EARS = "\n".join(
    [
        "model_list:",
        _entry("near", "local", "audio_transcription"),
        _entry("far", "cloud", "audio_transcription"),
        _entry("tts-1", "local", "audio_speech"),
    ]
)


def _hooks(text: str = EARS) -> SignalboxHooks:
    hooks = SignalboxHooks()
    hooks._gateway = Gateway(facts.config(text), facts.router(text), None, b"secret")
    return hooks


def _client() -> TestClient:
    app = FastAPI()
    app.include_router(audio_routes(_hooks()))
    app.dependency_overrides[user_api_key_auth] = lambda: facts.key()
    return TestClient(app)


@pytest.mark.parametrize("body", [{"model": "speech"}, {"input": ""}, {"input": " \n"}, {"input": ["a"]}])
def test_speech_wants_text(body: dict[str, Any]) -> None:
    with pytest.raises(ProxyException) as caught:
        _client().post("/v1/audio/speech", json=body)
    assert (caught.value.code, caught.value.param) == ("400", "input")


@pytest.mark.parametrize("route", ["transcriptions", "translations"])
def test_a_recording_is_wanted(route: str) -> None:
    with pytest.raises(ProxyException) as caught:
        _client().post(f"/v1/audio/{route}", data={"model": "near"})
    assert (caught.value.code, caught.value.param) == ("400", "file")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("whisper-1", "transcribe"), ("gpt-4o-mini-tts", "speech"), ("tts-1", "tts-1"), ("near", "near"),
     ("transcribe", "transcribe"), ("nobody", "nobody"), (None, None)],
)  # fmt: skip
def test_names_of_openais_mean_capabilities_unless_a_group_has_them(asked: str | None, meant: str | None) -> None:
    assert capability_of(_hooks(), asked) == meant


@pytest.mark.parametrize(("model", "first"), [("transcribe", True), ("far", True), ("near", False)])
def test_a_recording_is_heard_here_first_where_it_might_leave(model: str, first: bool) -> None:
    assert routes._may_leave(_hooks(), model) == first
    inside = "\n".join(line for line in EARS.splitlines() if "far" not in line)
    assert not routes._may_leave(_hooks(inside), model)


async def test_an_answer_is_closed_when_the_caller_goes_away() -> None:
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(b"sound")))
    ) as client:
        answer = await client.send(client.build_request("GET", "http://a/"), stream=True)
        chunks = passed_on(answer)
        assert await anext(chunks) == b"sound"
        await chunks.aclose()  # type: ignore[attr-defined]
        assert answer.is_closed
