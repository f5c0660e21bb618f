"""The words in a picture are judged where a key or team may send pictures unread (``boundary.exempt``).

Knows: where a chat ``image_url``, a Responses ``input_image`` and an Anthropic ``image`` hold a picture. Does not know:
how words are read off it. For everybody else a picture is restricted whatever is written in it, since it is more than
its text: nothing is read then. The words are looked at by the detectors only; the model gets the picture as it was. A
picture that cannot be read goes as the exemption says.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
from collections.abc import Mapping
from typing import Any

from plugins.litellm_adapter.preparation.parts import Part, find
from plugins.litellm_adapter.preparation.preparer import Ask, Found
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Caller
from services.common.documents_client import DocumentsClient, client_from
from services.common.errors import ApiError

KINDS = frozenset({"image_url", "input_image", "image"})
MOST = 16
"""Pictures of one request that are read, the first ones."""


class Pictures:
    """``client`` None: that of this process's environment."""

    name = "pictures"
    seconds = 120.0

    def __init__(self, client: DocumentsClient | None = None) -> None:
        self._given = client
        self._found: DocumentsClient | None = None

    def wants(self, data: dict[str, Any], call_type: str) -> bool:
        del call_type
        return any(picture_of(part) is not None for part, _ in find(data, KINDS))

    async def prepare(self, ask: Ask) -> Found:
        self._found = self._found or self._given or client_from(os.environ)
        if self._found is None or ask.spec.documents.ocr == "off" or not exempt(ask.spec, ask.caller):
            return Found()
        pictures = [p for part, _ in find(ask.data, KINDS) if (p := picture_of(part)) is not None][:MOST]
        texts = await asyncio.gather(*(self._words(self._found, picture) for picture in pictures))
        return Found(judged=tuple(text for text in texts if text))

    async def _words(self, client: DocumentsClient, picture: tuple[bytes, str]) -> str:
        try:
            read = await client.extract(picture[0], media_type=picture[1])
        except ApiError:
            return ""
        return "\n".join(str(page["text"]) for page in read["pages"])


def exempt(spec: GatewaySpec, caller: Caller) -> bool:
    """Whether this key or team may send pictures that nobody read."""
    holders = (caller.key_id, caller.team_id)
    return any("image" in spec.boundary.exempt.get(holder, ()) for holder in holders if holder)


def picture_of(part: Part) -> tuple[bytes, str] | None:
    """(bytes, media type) of a picture that the part itself carries; None for an address or broken base64."""
    given = part.get("image_url")
    url = given.get("url") if isinstance(given, Mapping) else given
    source = part.get("source")
    if isinstance(source, Mapping) and source.get("type") == "base64":
        head, body = f"data:{source.get('media_type')};base64", source.get("data")
    else:
        head, _, body = url.partition(",") if isinstance(url, str) else ("", "", "")
    if not head.startswith("data:") or not isinstance(body, str):
        return None
    try:
        return base64.b64decode(body, validate=True), head[5:].split(";")[0]
    except (binascii.Error, ValueError):
        return None
