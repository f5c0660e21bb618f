"""Signed session cookies and the form tokens that belong to them.

Knows: how a session is signed, checked, ended. Does not know: passwords (``login``), HTTP.

A token is ``kind.nonce.expires.mark.signature``; the signature is HMAC-SHA256 (RFC 2104) over what precedes it. The
signing key is derived from the internal key and the login secrets, so that changing any of them ends every session.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Literal

Kind = Literal["visitor", "viewer", "admin"]

ADMIN_SECONDS = 8 * 3600
VISITOR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Session:
    """``visitor``: has a form token, and nothing else. ``viewer``: reads. ``expires``: Unix seconds. ``mark``: of the
    login at LiteLLM's UI that this came of, empty where it came of none: it ends with that login."""

    kind: Kind
    nonce: str
    expires: int
    mark: str = ""

    @property
    def reads(self) -> bool:
        return self.kind in ("viewer", "admin")

    @property
    def is_admin(self) -> bool:
        return self.kind == "admin"


class Sessions:
    """Makes, reads and ends sessions. Ended ones are remembered until they would have expired (in this process)."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock
        self._ended: dict[str, int] = {}
        self._lock = Lock()

    def start(self, kind: Kind, mark: str = "") -> Session:
        """A new session with a fresh nonce, so that a token known before a login is worth nothing after it."""
        seconds = VISITOR_SECONDS if kind == "visitor" else ADMIN_SECONDS
        return Session(kind, secrets.token_urlsafe(18), int(self._clock()) + seconds, mark)

    def token(self, session: Session) -> str:
        """The cookie's value."""
        payload = f"{session.kind}.{session.nonce}.{session.expires}.{session.mark}"
        return f"{payload}.{self._sign('session', payload)}"

    def read(self, token: str | None) -> Session | None:
        """The session of a cookie's value; None where it is forged, expired, ended or missing."""
        if not token or len(token) > 300 or not token.isascii():
            return None
        payload, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._sign("session", payload)):
            return None
        kind, nonce, expires_text, mark = payload.split(".")
        expires = int(expires_text)
        if expires <= self._clock():
            return None
        with self._lock:
            if nonce in self._ended:
                return None
        known: dict[str, Kind] = {"admin": "admin", "viewer": "viewer"}
        return Session(known.get(kind, "visitor"), nonce, expires, mark)

    def end(self, session: Session) -> None:
        """No later ``read`` gives this session again."""
        now = self._clock()
        with self._lock:
            self._ended = {nonce: at for nonce, at in self._ended.items() if at > now}
            self._ended[session.nonce] = session.expires

    def form_token(self, session: Session) -> str:
        """What a form of this session must carry back (the HMAC-based token pattern of OWASP's CSRF cheat sheet)."""
        return self._sign("form", session.nonce)

    def form_token_matches(self, session: Session, given: str) -> bool:
        return given.isascii() and hmac.compare_digest(given, self.form_token(session))

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def signing_key(internal_key: str, master_key: str, ui_password: str) -> bytes:
    """The key that signs sessions, 32 bytes."""
    material = "\0".join((master_key, ui_password)).encode()
    return hmac.new(internal_key.encode(), b"console-session\0" + material, hashlib.sha256).digest()
