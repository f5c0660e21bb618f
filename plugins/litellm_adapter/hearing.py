"""Hears a recording on this machine, so that what is said can be judged before anything else may hear it.

Knows: the audio sidecar (SIGNALBOX_AUDIO_URL). Does not know: where the recording goes afterwards. Only Whisper's
transcripts are judged: pocketsphinx mishears too much for a detector to rely on, so what it alone could hear counts as
unread.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import httpx
import orjson

from plugins.litellm_adapter.refusal import Refused
from services.common import tracing

URL_ENV = "SIGNALBOX_AUDIO_URL"
KEY_ENV = "SIGNALBOX_INTERNAL_KEY"
ENGINE, SECONDS = "x-signalbox-engine", "x-signalbox-seconds"
UNRELIABLE = frozenset({"pocketsphinx"})
HEARD = "signalbox_heard"
"""Where the hooks find what was heard. A caller's JSON or form cannot hold an instance."""

_LOG = logging.getLogger("signalbox.hearing")


@dataclass(frozen=True, slots=True)
class Heard:
    """``body``: the sidecar's ``verbose_json``. ``seconds``: of the recording."""

    body: Mapping[str, Any] = field(repr=False)
    engine: str
    seconds: float

    @property
    def text(self) -> str:
        return str(self.body.get("text") or "")

    @property
    def reliable(self) -> bool:
        """Whether it may be judged by. What was heard as nothing at all may have been too hard to hear."""
        return self.engine not in UNRELIABLE and bool(self.text.strip())


async def hear(
    client: httpx.AsyncClient, name: str, file: BinaryIO | bytes, fields: Mapping[str, str] | None = None
) -> Heard | None:
    """What this machine hears; None where it cannot, or does not answer. Raises Refused where the recording or a field
    is wrong (400) or the line is full (429): another try elsewhere would say the same, or say it outside."""
    base = os.environ.get(URL_ENV, "")
    if not base:
        return None
    form = {**(fields or {}), "model": "", "response_format": "verbose_json"}
    try:
        answer = await client.post(
            f"{base}/v1/audio/transcriptions",
            headers={"Authorization": f"Bearer {os.environ.get(KEY_ENV, '')}", **tracing.headers()},
            files={"file": (name, file)},
            data=form,
        )
    except httpx.HTTPError as error:
        _LOG.error("the audio sidecar did not answer: %s", type(error).__name__)
        return None
    if answer.status_code in (400, 413, 429):
        raise _refused(answer)
    if answer.status_code != 200:
        return None
    seconds = float(answer.headers.get(SECONDS, "0"))
    return Heard(orjson.loads(answer.content), answer.headers.get(ENGINE, ""), seconds)


def _refused(answer: httpx.Response) -> Refused:
    try:
        told = orjson.loads(answer.content)["error"]
        return Refused(answer.status_code, str(told["message"]), told.get("code"), told.get("param"))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return Refused(answer.status_code, "The recording cannot be read.", "invalid_audio", "file")
