"""The style sheet, the script and the mark.

Knows: three files. Does not know: anything else on disk.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response

from services.console.rendering import STATIC

router = APIRouter()

_TYPES = {"console.css": "text/css", "console.js": "text/javascript", "mark.svg": "image/svg+xml"}


@router.get("/console/static/{name}")
def static_file(name: Literal["console.css", "console.js", "mark.svg"]) -> Response:
    """One of the three; pages ask for them with a version, so they may be kept."""
    return Response(
        (STATIC / name).read_bytes(),
        media_type=_TYPES[name],
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )
