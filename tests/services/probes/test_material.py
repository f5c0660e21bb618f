"""What probes send can be read by the usual libraries."""

from __future__ import annotations

import base64
import io
import wave

import pypdfium2
from PIL import Image

from services.probes import material


def _data(uri: str) -> bytes:
    return base64.b64decode(uri.split(",", 1)[1])


def test_the_picture_is_red() -> None:
    image = Image.open(io.BytesIO(_data(material.picture())))
    assert image.size == (64, 64)
    assert image.getpixel((30, 30)) == (0xD0, 0x20, 0x20)


def test_the_page_says_the_words() -> None:
    document = pypdfium2.PdfDocument(_data(material.page()))
    try:
        text = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    assert all(word in text for word in material.WORDS)


def test_the_speech_is_a_second_or_two_of_sound() -> None:
    with wave.open(str(material.SPOKEN)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 16_000)
        assert 0.5 < sound.getnframes() / sound.getframerate() < 3
        assert len(set(sound.readframes(8000))) > 50
