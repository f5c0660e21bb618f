"""Each route of the bench once; forms are what a server reads."""

from __future__ import annotations

import io
import wave
from email.parser import BytesParser

from plugins.litellm_adapter.surface import Surface, surface
from tests.bench.asks import BOUNDARY, FORM, asks, form, model_list, tone


def test_every_path_is_one_that_the_gateway_serves() -> None:
    made = asks("auto", "vs_1")
    assert len({ask.name for ask in made}) == len(made) == 11
    assert all(surface(ask.path, "POST") is Surface.JUDGED for ask in made)


def test_every_model_that_is_asked_for_is_on_the_list() -> None:
    names = {entry["model_name"] for entry in model_list("http://127.0.0.1:9")} | {"auto"}
    asked = {word.split(b'"')[0].decode() for ask in asks("auto", "vs_1") for word in ask.body.split(b'"model":"')[1:]}
    assert asked == names - {"bench-hear"}  # that one is in a form
    assert b"bench-hear" in next(ask.body for ask in asks("auto", None) if ask.name == "transcription")


def test_a_form_holds_its_fields_and_its_file() -> None:
    whole = f"Content-Type: {FORM}\r\n\r\n".encode() + form({"purpose": "assistants"}, "a.wav", tone())
    parts = list(BytesParser().parsebytes(whole).walk())[1:]
    assert [part.get_param("name", header="content-disposition") for part in parts] == ["purpose", "file"]
    assert (str(parts[0].get_payload()).strip(), parts[1].get_filename()) == ("assistants", "a.wav")
    with wave.open(io.BytesIO(tone())) as sound:
        assert sound.getnframes() == 8000
    assert BOUNDARY in FORM
