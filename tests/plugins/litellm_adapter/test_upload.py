"""Forms as SDKs write them."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.upload import Upload, read_upload

pytestmark = pytest.mark.filterwarnings("ignore")


def _read(fields: dict[str, Any], file: bytes | None = b"sound") -> Upload:
    app, found = FastAPI(), []

    @app.post("/")
    async def route(request: Request) -> None:
        found.append(await read_upload(request))
        await found[-1].close()

    files = {"file": ("a.wav", file)} if file is not None else {"other": ("b", b"")}
    TestClient(app).post("/", data=fields, files=files)
    upload: Upload = found[0]
    return upload


def test_fields_and_lists() -> None:
    fields = {"model": "transcribe", "language": "de", "response_format": "verbose_json"}
    granularities = {"timestamp_granularities[]": ["word", "segment"]}
    upload = _read({**fields, **granularities})
    assert (upload.name, upload.response_format, upload.stream) == ("a.wav", "verbose_json", False)
    assert upload.granularities == ("word", "segment")
    assert upload.form == {**fields, **granularities}
    assert not upload.is_plain


@pytest.mark.parametrize(
    ("fields", "plain"),
    [({}, True), ({"temperature": "0"}, True), ({"temperature": "0.5"}, False), ({"prompt": "x"}, False)],
)
def test_whether_any_transcript_will_do(fields: dict[str, str], plain: bool) -> None:
    assert _read({"model": "m", "language": "en", **fields}).is_plain == plain


@pytest.mark.parametrize(
    ("file", "fields", "param"),
    [
        (None, {"model": "m"}, "file"),
        (b"x", {}, "model"),
        (b"x", {"model": "m", "response_format": "xml"}, "response_format"),
        (b"x", {"model": "m", "response_format": "srt", "stream": "true"}, "stream"),
        (b"x", {"model": "m", "include[]": "logprobs"}, "include[]"),
        (b"x", {"model": "m", "known_speaker_names[]": "ann"}, "known_speaker_names[]"),
    ],
)
def test_what_is_wrong_is_named(file: bytes | None, fields: dict[str, str], param: str) -> None:
    with pytest.raises(Refused) as caught:
        _read(fields, file)
    assert (caught.value.status, caught.value.param) == (400, param)
