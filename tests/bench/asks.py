"""The requests that ``tests.bench.routes`` sends: one of each route.

Knows: paths, bodies, which deployment of the bench's own list answers. Does not know: servers.
"""

from __future__ import annotations

import io
import math
import struct
import wave
from dataclasses import dataclass
from typing import Any

import orjson

JSON = "application/json"
BOUNDARY = "signalbox-bench"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
WORDS = "Please explain how the tides follow the moon over a month."


@dataclass(frozen=True, slots=True)
class Ask:
    """``stock``: whether stock LiteLLM has this route without a service behind it that it does not bring."""

    name: str
    path: str
    body: bytes
    content_type: str = JSON
    stock: bool = True


def model_list(upstream: str) -> list[dict[str, Any]]:
    """The same for both gateways: everything is answered by the bench's upstream."""

    def entry(name: str, mode: str, provider: str = "openai", **more: Any) -> dict[str, Any]:
        params = {"model": f"{provider}/{name}", "api_base": f"{upstream}/v1", "api_key": "none", **more}
        info = {"location": "local", "signalbox_tier": "small", "modalities": ["text", "audio"], "mode": mode}
        # Constant answers are what a health check calls wrong.
        return {"model_name": name, "litellm_params": params, "model_info": {**info, "probe": False}}

    return [
        entry("bench", "chat", use_chat_completions_api=True),
        entry("bench-embed", "embedding"),
        entry("bench-hear", "audio_transcription"),
        entry("bench-speak", "audio_speech"),
        entry("bench-rank", "rerank", "hosted_vllm"),
    ]


def asks(chat: str, store: str | None) -> tuple[Ask, ...]:
    """``chat``: the name asked for text. ``store``: a vector store of the gateway, where it has one."""
    message = [{"role": "user", "content": WORDS}]
    hello = [{"role": "user", "content": "hello"}]
    search = f"/v1/vector_stores/{store}/search"
    return (
        Ask("chat, instant", "/v1/chat/completions", _json(model=chat, messages=hello)),
        Ask("chat, local", "/v1/chat/completions", _json(model=chat, messages=message)),
        Ask(
            "chat, stream of 20",
            "/v1/chat/completions",
            _json(model=chat, messages=message, stream=True, max_tokens=20),
        ),
        Ask("responses", "/v1/responses", _json(model="bench", input=WORDS)),
        Ask("messages", "/v1/messages", _json(model="bench", messages=message, max_tokens=50)),
        Ask("embeddings", "/v1/embeddings", _json(model="bench-embed", input=[WORDS])),
        Ask("transcription", "/v1/audio/transcriptions", form({"model": "bench-hear"}, "a.wav", tone()), FORM),
        Ask("speech", "/v1/audio/speech", _json(model="bench-speak", input=WORDS, voice="alloy")),
        Ask("rerank", "/v1/rerank", _json(model="bench-rank", query=WORDS, documents=["tides", "moon", "month"])),
        Ask("file upload", "/v1/files", form({"purpose": "assistants"}, "a.txt", WORDS.encode()), FORM, stock=False),
        Ask("vector store search", search, _json(query="When does the tide turn?", max_num_results=3), stock=False),
    )


def form(fields: dict[str, str], name: str, content: bytes) -> bytes:
    """A multipart body with one file."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    return b"".join([*parts, head, content, f"\r\n--{BOUNDARY}--\r\n".encode()])


def tone(seconds: float = 0.5) -> bytes:
    """A short recording."""
    target, rate = io.BytesIO(), 16_000
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = (int(9000 * math.sin(2 * math.pi * 440 * i / rate)) for i in range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", s) for s in samples))
    return target.getvalue()


def _json(**fields: Any) -> bytes:
    return orjson.dumps(fields)
