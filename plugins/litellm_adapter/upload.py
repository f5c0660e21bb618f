"""A recording that a caller uploads, with the fields beside it.

Knows: multipart forms as OpenAI's SDKs write them. Does not know: what is in the file. The file stays on the disk,
where the form's parser put it: what is sent on is read from there in pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from plugins.litellm_adapter.refusal import Refused

GRANULARITIES = ("timestamp_granularities[]", "timestamp_granularities")
FORMATS = ("json", "text", "srt", "vtt", "verbose_json")

NOT_SERVED = {
    "include": "log probabilities of tokens are not given; verbose_json has avg_logprob for each segment",
    "known_speaker_names": "speakers are not told apart",
    "known_speaker_references": "speakers are not told apart",
    "keywords": "give the words in prompt",
    "languages": "give one in language, or leave it out: it is found",
}
"""Fields that would change the answer, so that leaving them aside in silence would be wrong. ``chunking_strategy`` is
taken and changes nothing: a long recording is cut in its silences anyway."""


@dataclass(frozen=True, slots=True)
class Upload:
    """``fields``: text fields, the last of each name. ``granularities``: of times, as asked."""

    upload: UploadFile
    fields: Mapping[str, str]
    granularities: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.upload.filename or "recording"

    @property
    def file(self) -> BinaryIO:
        """Open for reading, at its beginning after ``rewind``."""
        return self.upload.file

    @property
    def response_format(self) -> str:
        return self.fields.get("response_format") or "json"

    @property
    def stream(self) -> bool:
        return self.fields.get("stream", "").lower() in ("true", "1")

    @property
    def is_plain(self) -> bool:
        """Nothing but the language was asked of the model, so that a transcript which is there already will do."""
        asked = ("prompt", "temperature")
        return not self.granularities and not any(self.fields.get(name, "0") not in ("", "0", "0.0") for name in asked)

    @property
    def form(self) -> dict[str, Any]:
        """The fields to send on, in the sidecar's words."""
        more = {GRANULARITIES[0]: list(self.granularities)} if self.granularities else {}
        return {**{k: v for k, v in self.fields.items() if k not in GRANULARITIES}, **more}

    async def rewind(self) -> None:
        """Back to the beginning, for another reader."""
        await self.upload.seek(0)

    async def read(self) -> bytes:
        """All of it."""
        return await self.upload.read()

    async def close(self) -> None:
        """Gives the file on the disk back."""
        await self.upload.close()


async def read_upload(request: Request) -> Upload:
    """The form. Raises Refused (400) where there is no file or model, or a format that nobody writes."""
    form = await request.form()
    try:
        upload = _checked(form)
    except Refused:
        await form.close()
        raise
    await upload.rewind()
    return upload


def _checked(form: FormData) -> Upload:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Refused(400, "file is missing: send the recording in multipart/form-data.", "invalid_value", "file")
    fields = {k: v for k, v in form.multi_items() if isinstance(v, str)}
    granularities = tuple(v for k, v in form.multi_items() if k in GRANULARITIES and isinstance(v, str))
    upload = Upload(file, fields, granularities)
    if not fields.get("model"):
        raise Refused(400, "model is missing: name a capability, such as transcribe.", "invalid_value", "model")
    for name in fields:
        if why := NOT_SERVED.get(name.partition("[")[0]):
            raise Refused(400, f"{name}: {why}.", "unsupported_parameter", name)
    if upload.response_format not in FORMATS:
        known = ", ".join(FORMATS)
        raise Refused(400, f"response_format: is not one of {known}.", "invalid_value", "response_format")
    if upload.stream and upload.response_format not in ("json", "text"):
        form_name = upload.response_format
        raise Refused(400, f"stream: {form_name} cannot be streamed; set stream to false.", "invalid_value", "stream")
    return upload
