"""What the gateway's last gate signs and the egress broker verifies: one attempt, one deployment, one use.

Knows: the fields, their text form, HMAC-SHA256 (RFC 2104). Does not know: HTTP, files, what a zone may get, which
verdicts were used before. Pure: the time is passed in. The text is ``v1.<payload>.<tag>``, both base64url without
padding; the payload is compact JSON and the tag covers ``v1.<payload>``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import asdict, dataclass, fields

from plugins.routing.types import DataClass

HEADER = "x-signalbox-verdict"
FETCH = "fetch"
"""Deployment and zone of a verdict that lets the broker fetch a URL in content."""

LIFETIME_S = 60.0
"""Seconds between signing, just before the request is sent, and the last moment at which it is taken."""

MAX_CHARS = 2048
CLOCK_SKEW_S = 5.0
_VERSION = "v1"
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class BadVerdictError(Exception):
    """Not to be trusted. ``reason``: one of ``missing``, ``malformed``, ``forged``, ``expired``, ``not_yet``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class EgressVerdict:
    """``data_class``: the class that the request was judged to have. ``zone``: where the deployment is. ``key_id``:
    LiteLLM's hash of the key, "" where there is none. ``rule``: what decided the class, for the ledger. ``issued``,
    ``expires``: seconds since the epoch. ``nonce``: of one attempt."""

    decision: str
    data_class: str
    zone: str
    key_id: str
    deployment: str
    issued: float
    expires: float
    nonce: str
    rule: str

    @property
    def level(self) -> DataClass:
        """The class as a value; ``verify`` has checked the word."""
        return DataClass[self.data_class.upper()]


def sign(verdict: EgressVerdict, key: bytes) -> str:
    """The header's value, plain ASCII. Raises ValueError for an empty key."""
    payload = json.dumps(asdict(verdict), separators=(",", ":"), sort_keys=True)
    signed = f"{_VERSION}.{_encode(payload.encode())}"
    return f"{signed}.{_encode(_tag(signed, key))}"


def verify(text: str | None, key: bytes, now: float) -> EgressVerdict:
    """The verdict that ``text`` holds. Raises BadVerdictError; nothing of an untrusted text is looked at before its tag
    was compared, in constant time."""
    if not text:
        raise BadVerdictError("missing")
    parts = text.split(".")
    if len(text) > MAX_CHARS or not text.isascii() or len(parts) != 3 or parts[0] != _VERSION:
        raise BadVerdictError("malformed")
    try:
        tag = _decode(parts[2])
    except ValueError:
        raise BadVerdictError("malformed") from None
    if not hmac.compare_digest(tag, _tag(f"{parts[0]}.{parts[1]}", key)):
        raise BadVerdictError("forged")
    verdict = _read(parts[1])
    if not now < verdict.expires <= verdict.issued + LIFETIME_S:
        raise BadVerdictError("expired")
    if verdict.issued > now + CLOCK_SKEW_S:
        raise BadVerdictError("not_yet")
    return verdict


def _read(payload: str) -> EgressVerdict:
    try:
        said = json.loads(_decode(payload))
    except ValueError:
        raise BadVerdictError("malformed") from None
    wanted = {f.name: f.type for f in fields(EgressVerdict)}
    if not isinstance(said, dict) or set(said) != set(wanted):
        raise BadVerdictError("malformed")
    for name, kind in wanted.items():
        ok = isinstance(said[name], str) if kind == "str" else type(said[name]) in (int, float)
        if not ok:
            raise BadVerdictError("malformed")
    if said["data_class"].upper() not in DataClass.__members__ or not _NONCE.fullmatch(said["nonce"]):
        raise BadVerdictError("malformed")
    return EgressVerdict(**said)


def _tag(signed: str, key: bytes) -> bytes:
    if not key:
        raise ValueError("the key is empty")
    return hmac.new(key, signed.encode("ascii"), hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """Raises ValueError for anything but the one way to write these bytes: two texts never mean one verdict."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if _encode(raw) != text:
        raise ValueError("not the one way to write it")
    return raw
