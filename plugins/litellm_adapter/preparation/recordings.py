"""Recordings in a chat (``input_audio`` parts): what is said in them, as text, for models that take no audio.

Knows: the part's shape in chat and Responses requests, the audio sidecar. Does not know: what is decided. A recording
stays as it is where a deployment that takes audio could be asked, where nothing here hears it well enough to judge by
(pocketsphinx), and where the part is broken; it then counts as unread. A transcript is what a person said: a plain text
part, judged like any other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

import httpx

from plugins.litellm_adapter.hearing import Heard, hear
from plugins.litellm_adapter.preparation.parts import Part, find, replace
from plugins.litellm_adapter.preparation.preparer import Ask, Found
from plugins.litellm_adapter.refusal import Refused

KINDS = frozenset({"input_audio"})
UNHEARD = Refused(
    503,
    "The recording in this request cannot be transcribed here, and no model takes it as it is. Add a model: "
    "`signalbox models pull whisper-base`.",
    "no_capable_deployment",
    kind="service_unavailable",
)


class Recordings:
    """``client``: how the sidecar is reached."""

    name = "recordings"
    seconds = 600.0

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self._client = client

    def wants(self, data: dict[str, Any], call_type: str) -> bool:
        del call_type
        return any(True for _ in find(data, KINDS)) and not takes_audio(data.get("model"))

    async def prepare(self, ask: Ask) -> Found:
        problem: Refused | None = None

        async def make(part: Part, path: str) -> list[dict[str, Any]] | None:
            nonlocal problem
            sound = sound_of(part)
            if sound is None:
                problem = Refused(400, "input_audio.data is not base64: encode it.", "invalid_value", f"{path}.data")
                return None
            try:
                heard = await self._heard(ask, sound)
            except Refused as error:
                problem = Refused(error.status, error.message, error.code, path)
                return None
            if heard is None or not heard.reliable:
                problem = problem or UNHEARD
                return None
            kind = "input_text" if path.startswith("input") else "text"  # Responses, chat
            return [{"type": kind, "text": heard.text}]

        await replace(ask.data, KINDS, make)
        return Found(problem=problem)

    async def _heard(self, ask: Ask, sound: bytes) -> Heard | None:
        """Kept over reruns: hearing is slow."""
        place = f"{self.name}:{hashlib.sha256(sound).hexdigest()}"
        if place not in ask.memory:
            if self._client is None:
                self._client = httpx.AsyncClient(timeout=httpx.Timeout(None, connect=5.0), trust_env=False)
            ask.memory[place] = await hear(self._client, "recording", sound)
        found: Heard | None = ask.memory[place]
        return found


def sound_of(part: Part) -> bytes | None:
    """The recording's bytes; None where they are not there."""
    holder = part.get("input_audio")
    data = holder.get("data") if isinstance(holder, Mapping) else None
    if not isinstance(data, str) or not data:
        return None
    try:
        return base64.b64decode(data.rpartition(",")[2] if data.startswith("data:") else data, validate=True)
    except (binascii.Error, ValueError):
        return None


def takes_audio(model: Any) -> bool:
    """Whether a chat deployment that takes audio could be asked for this: one of the group of that name, any for a
    capability."""
    from litellm.proxy import proxy_server

    router = proxy_server.llm_router
    entries = (router.get_model_list() if router is not None else None) or []
    able = [e for e in entries if "audio" in ((e.get("model_info") or {}).get("modalities") or ())]
    chat = [e for e in able if (e.get("model_info") or {}).get("mode", "chat") == "chat"]
    groups = {e.get("model_name") for e in entries if not (e.get("model_info") or {}).get("signalbox_placeholder")}
    return any(e.get("model_name") == model or model not in groups for e in chat)
