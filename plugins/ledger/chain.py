"""One record as a line that holds the hash of the line before it, and a checkpoint that signs one place of the chain.

Knows: the two formats. Does not know: files. Pure. A line is compact JSON that begins with ``seq`` (from 1) and
``prev``; its hash is SHA-256 over its bytes without the line feed. The first line's ``prev`` is 64 zeros, and its hash
is the name of the ledger.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugins.ledger.keys import SigningKey, signed_by

GENESIS = "0" * 64
MAX_TEXT = 300
"""Characters of one value: what is longer is cut, so that a line stays short whatever a caller sends."""

Value = str | int | float | bool | None
_SIGNED = b"signalbox ledger checkpoint v1\n"


class BadLineError(Exception):
    """A line that is no record."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``seq``, ``hash``: the last record. ``at``: seconds since the epoch. ``ledger``: hash of the first record.
    ``segment``, ``size``: the file that it stands in, and that file's bytes up to its end. ``key``: the public key."""

    ledger: str
    seq: int
    hash: str
    at: float
    segment: str
    size: int
    key: str
    signature: str = ""

    def message(self) -> bytes:
        """What is signed."""
        told = self._told()
        del told["signature"]
        return _SIGNED + json.dumps(told, separators=(",", ":"), sort_keys=True).encode()

    def valid(self) -> bool:
        """Whether the signature is that of the key which it names. Whose key that is, the caller must know."""
        return signed_by(self.key, self.message(), self.signature)

    def text(self) -> str:
        """One line of JSON."""
        return json.dumps(self._told(), separators=(",", ":"), sort_keys=True)

    def _told(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def signed(key: SigningKey, *, ledger: str, seq: int, hash: str, at: float, segment: str, size: int) -> Checkpoint:
    """A checkpoint with its signature."""
    bare = Checkpoint(ledger, seq, hash, at, segment, size, key.public)
    return Checkpoint(ledger, seq, hash, at, segment, size, key.public, key.sign(bare.message()))


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a line of JSON holds. Raises ValueError; the signature is not looked at."""
    said = json.loads(text)
    kinds: dict[str, type | tuple[type, ...]] = {
        "ledger": str, "seq": int, "hash": str, "at": (int, float), "segment": str, "size": int, "key": str,
        "signature": str,
    }  # fmt: skip
    if not isinstance(said, dict) or set(said) != set(kinds):
        raise ValueError("not a checkpoint of a ledger")
    for name, kind in kinds.items():
        if not isinstance(said[name], kind) or isinstance(said[name], bool):
            raise ValueError(f"not a checkpoint of a ledger: {name}")
    return Checkpoint(**said)


def line_of(seq: int, prev: str, fields: Mapping[str, Value]) -> bytes:
    """A record's bytes, without the line feed."""
    cut = {k: v[:MAX_TEXT] if isinstance(v, str) else v for k, v in fields.items() if v is not None}
    return json.dumps({"seq": seq, "prev": prev, **cut}, separators=(",", ":")).encode()


def hash_of(line: bytes) -> str:
    """What the next line must hold as ``prev``."""
    return hashlib.sha256(line).hexdigest()


def read_line(line: bytes) -> dict[str, Any]:
    """The record. Raises BadLineError."""
    try:
        said = json.loads(line)
    except ValueError:
        raise BadLineError("not JSON") from None
    if not isinstance(said, dict) or type(said.get("seq")) is not int or not isinstance(said.get("prev"), str):
        raise BadLineError("no record: seq or prev is missing")
    return said
