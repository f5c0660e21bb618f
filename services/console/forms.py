"""Reads a posted form, bounded.

Knows: ``application/x-www-form-urlencoded``, which is all that the console's own pages send.
Does not know: sessions, fields' meaning.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

MAX_BYTES = 400_000
"""Enough for the try-it page's text with every byte written as %XX."""


async def read_form(request: Request, max_bytes: int = MAX_BYTES) -> dict[str, str]:
    """The form's fields; of a repeated one the last. Raises ``HTTPException`` 415, 413 or 400."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "The console takes its own forms only.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise HTTPException(413, f"The form is larger than {max_bytes:,} bytes.")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError as error:
        raise HTTPException(400, "The form is not valid UTF-8 or has too many fields.") from error
    return dict(pairs)
