"""Words in pictures are judged for those who may send pictures; nobody else's are read."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from plugins.litellm_adapter.preparation.pictures import Pictures, picture_of
from plugins.routing.config.spec import Boundary, Documents, GatewaySpec
from services.common.documents_client import DocumentsClient
from services.common.errors import ApiError
from tests.plugins.litellm_adapter.preparation.ask import ask

DATA = base64.b64encode(b"\x89PNG").decode()
URI = f"data:image/png;base64,{DATA}"
CHAT = {"type": "image_url", "image_url": {"url": URI}}
EXEMPT = Boundary(exempt={"t": ("image",)})


class Reader(DocumentsClient):
    """Reads a card number off every picture."""

    def __init__(self, error: ApiError | None = None) -> None:
        self.error, self.asked = error, list[tuple[bytes, str]]()

    async def extract(self, data: Any, *, name: str = "", media_type: str = "", **options: str) -> dict[str, Any]:
        self.asked.append((data, media_type))
        if self.error is not None:
            raise self.error
        return {"pages": [{"text": "Card 4111 1111 1111 1111"}]}


def _body(*parts: Any) -> dict[str, Any]:
    return {"model": "auto", "messages": [{"role": "user", "content": list(parts)}]}


@pytest.mark.parametrize(
    ("part", "picture"),
    [
        (CHAT, (b"\x89PNG", "image/png")),
        ({"type": "input_image", "image_url": URI}, (b"\x89PNG", "image/png")),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": DATA}},
            (b"\x89PNG", "image/png"),
        ),
        ({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}, None),
        ({"type": "input_image", "file_id": "file-1"}, None),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,#"}}, None),
    ],
)
def test_where_pictures_are(part: dict[str, Any], picture: tuple[bytes, str] | None) -> None:
    assert picture_of(part) == picture
    assert Pictures(Reader()).wants(_body(part), "acompletion") is (picture is not None)


async def test_words_are_judged_and_the_picture_stays() -> None:
    reader = Reader()
    asked = ask(_body(CHAT), spec=GatewaySpec(boundary=EXEMPT))
    found = await Pictures(reader).prepare(asked)
    assert found.judged == ("Card 4111 1111 1111 1111",)
    assert asked.data == _body(CHAT)
    assert reader.asked == [(b"\x89PNG", "image/png")]


@pytest.mark.parametrize(
    "spec",
    [
        GatewaySpec(),
        GatewaySpec(boundary=Boundary(exempt={"t": ("file",), "other": ("image",)})),
        GatewaySpec(boundary=EXEMPT, documents=Documents(ocr="off")),
    ],
)
async def test_nobody_elses_are_read(spec: GatewaySpec) -> None:
    reader = Reader()
    found = await Pictures(reader).prepare(ask(_body(CHAT), spec=spec))
    assert (found.judged, reader.asked) == ((), [])


async def test_a_picture_that_cannot_be_read_goes_as_the_exemption_says() -> None:
    reader = Reader(ApiError(422, "no text", code="no_text"))
    found = await Pictures(reader).prepare(ask(_body(CHAT), spec=GatewaySpec(boundary=EXEMPT)))
    assert found.judged == ()
