"""What is refused before anything is asked; whole requests are in ``tests/e2e/test_audio.py`` and
``tests/e2e/keys/test_sidecar_spend.py``."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from litellm.proxy._types import ProxyException
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.audio_routes import audio_routes, passed_on
from tests.plugins.litellm_adapter import facts

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("body", [{"model": "speech"}, {"input": ""}, {"input": " \n"}, {"input": ["a"]}])
def test_speech_wants_text(body: dict[str, Any]) -> None:
    app = FastAPI()
    app.include_router(audio_routes())
    app.dependency_overrides[user_api_key_auth] = lambda: facts.key()
    with pytest.raises(ProxyException) as caught:
        TestClient(app).post("/v1/audio/speech", json=body)
    assert (caught.value.code, caught.value.param) == ("400", "input")


async def test_an_answer_is_closed_when_the_caller_goes_away() -> None:
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(b"sound")))
    ) as client:
        answer = await client.send(client.build_request("GET", "http://a/"), stream=True)
        chunks = passed_on(answer)
        assert await anext(chunks) == b"sound"
        await chunks.aclose()  # type: ignore[attr-defined]
        assert answer.is_closed
