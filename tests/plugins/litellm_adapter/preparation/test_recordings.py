"""Recordings in a chat become what was said in them."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from plugins.litellm_adapter.hearing import KEY_ENV, URL_ENV
from plugins.litellm_adapter.preparation import recordings
from plugins.litellm_adapter.preparation.recordings import Recordings, sound_of, takes_audio
from tests.plugins.litellm_adapter.preparation.ask import ask

pytestmark = pytest.mark.filterwarnings("ignore")

SOUND = base64.b64encode(b"RIFF sound").decode()
PART: dict[str, Any] = {"type": "input_audio", "input_audio": {"data": SOUND, "format": "wav"}}


def _body(part: dict[str, Any] = PART) -> dict[str, Any]:
    text = {"type": "text", "text": "What do I say?"}
    return {"model": "auto", "messages": [{"role": "user", "content": [text, part]}]}


def _recordings(
    monkeypatch: pytest.MonkeyPatch, status: int = 200, engine: str = "whisper.cpp"
) -> tuple[Recordings, list[bytes]]:
    monkeypatch.setenv(URL_ENV, "http://audio")
    monkeypatch.setenv(KEY_ENV, "inside")
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        error = {"message": "Cut off.", "code": "invalid_audio", "param": "file"}
        body = {"text": "Call Ada."} if status == 200 else {"error": error}
        return httpx.Response(status, json=body, headers={"x-signalbox-engine": engine})

    return Recordings(httpx.AsyncClient(transport=httpx.MockTransport(answer))), seen


async def test_what_was_said_takes_the_place_of_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    made, seen = _recordings(monkeypatch)
    memory: dict[str, Any] = {}
    for _ in range(2):  # LiteLLM may run the hook again
        asked = ask(_body(), memory=memory)
        found = await made.prepare(asked)
        assert asked.data["messages"][0]["content"][1] == {"type": "text", "text": "Call Ada."}
        assert found.problem is None
    assert len(seen) == 1
    assert b"RIFF sound" in seen[0]


async def test_responses_have_their_own_word_for_text(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = _recordings(monkeypatch)
    asked = ask({"model": "auto", "input": [{"role": "user", "content": [PART]}]}, call_type="aresponses")
    await made.prepare(asked)
    assert asked.data["input"][0]["content"] == [{"type": "input_text", "text": "Call Ada."}]


@pytest.mark.parametrize(
    ("status", "engine", "problem"), [(400, "", 400), (503, "", 503), (200, "pocketsphinx", 503), (429, "", 429)]
)
async def test_what_is_not_heard_well_stays_and_says_why(
    monkeypatch: pytest.MonkeyPatch, status: int, engine: str, problem: int
) -> None:
    made, _ = _recordings(monkeypatch, status, engine)
    asked = ask(_body())
    found = await made.prepare(asked)
    assert asked.data["messages"][0]["content"][1] is PART
    assert found.problem is not None
    assert found.problem.status == problem


async def test_a_broken_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    made, seen = _recordings(monkeypatch)
    found = await made.prepare(ask(_body({"type": "input_audio", "input_audio": {"data": "#", "format": "wav"}})))
    assert found.problem is not None
    assert (found.problem.status, found.problem.param) == (400, "messages[0].content[1].data")
    assert seen == []


@pytest.mark.parametrize(
    ("part", "sound"),
    [
        (PART, b"RIFF sound"),
        ({"input_audio": {"data": f"data:audio/wav;base64,{SOUND}"}}, b"RIFF sound"),
        ({"input_audio": {"data": ""}}, None),
        ({"input_audio": SOUND}, None),
        ({}, None),
    ],
)
def test_sound_of(part: dict[str, Any], sound: bytes | None) -> None:
    assert sound_of(part) == sound


def test_a_model_that_takes_audio_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from litellm.proxy import proxy_server

    entries: list[dict[str, Any]] = [
        {"model_name": "deaf", "model_info": {"modalities": ["text"]}},
        {"model_name": "omni", "model_info": {"modalities": ["text", "audio"], "mode": "chat"}},
        {"model_name": "whisper", "model_info": {"modalities": ["audio"], "mode": "audio_transcription"}},
        {"model_name": "auto", "model_info": {"signalbox_placeholder": True}},
    ]
    monkeypatch.setattr(proxy_server, "llm_router", SimpleNamespace(get_model_list=lambda: entries))
    assert [takes_audio(m) for m in ("deaf", "omni", "auto")] == [False, True, True]
    del entries[1]
    assert not takes_audio("auto")
    assert Recordings().wants(_body(), "acompletion")
    assert not Recordings().wants({"messages": [{"role": "user", "content": "hi"}]}, "acompletion")
    monkeypatch.setattr(proxy_server, "llm_router", None)
    assert not recordings.takes_audio("auto")
