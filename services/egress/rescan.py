"""A second look at a body, by the broker itself.

Knows: the detectors of identifiers and the classes that the YAML gives them. Does not know: HTTP, the verdict. For a
gateway that could sign and does not judge: what is plainly a card number or a key does not leave whatever was signed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter

from plugins.detectors.scanner import Scanner, structured
from plugins.detectors.texts import strings
from plugins.detectors.verdict import class_of
from plugins.routing.config.spec import Boundary
from plugins.routing.types import DataClass

IN_A_THREAD = 20_000
"""Bytes from which on other requests do not wait for a scan."""


class Rescan:
    """``boundary``: its ``detectors``, ``combination``, ``mentions`` and ``detector_timeout_ms`` count."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._scanner = Scanner(structured())

    async def forbids(self, body: bytes, highest: DataClass) -> bool:
        """Whether something was found that is above ``highest``, or the scan failed."""
        if len(body) < IN_A_THREAD:
            return self._forbids(body, highest)
        return await asyncio.to_thread(self._forbids, body, highest)

    def _forbids(self, body: bytes, highest: DataClass) -> bool:
        deadline = time.monotonic() + self._boundary.detector_timeout_ms / 1000
        try:
            spans = self._scanner.scan(_text(body), deadline)
        except Exception:  # noqa: BLE001 - what was not looked at does not leave
            return True
        found = Counter(span.type for span in spans)
        return class_of(found, self._boundary, labelled_public=True) > highest


def _text(body: bytes) -> str:
    """All strings of a JSON body; any other body as it is."""
    try:
        return "\n".join(strings(json.loads(body)))
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
