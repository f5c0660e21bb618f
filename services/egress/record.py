"""What left and what was refused, one line of JSON each, never content.

Knows: an append-only file, 0600. Does not know: HTTP, chains and signatures (the ledger's work). A line is written
before the first byte leaves, and one when all is over; where the first cannot be written, nothing leaves.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_CONTENT = b"signalbox egress content\0"


class Record:
    """One open file. Raises OSError where it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.fchmod(self._handle, 0o600)

    def write(self, event: str, fields: Mapping[str, Any]) -> None:
        """Appends one line. Raises OSError where it is not written whole."""
        line = json.dumps({"at": round(time.time(), 3), "event": event, **fields}, separators=(",", ":"))
        raw = line.encode() + b"\n"
        if os.write(self._handle, raw) != len(raw):
            raise OSError("the record was not written whole")

    def close(self) -> None:
        """Closes the file."""
        os.close(self._handle)


def content_hash(key: bytes) -> hmac.HMAC:
    """An HMAC-SHA256 to feed the body to, under a key of its own made from ``key``: equal contents are seen to be
    equal, and nobody without the key can test a guess."""
    return hmac.new(hmac.new(key, _CONTENT, hashlib.sha256).digest(), digestmod=hashlib.sha256)
