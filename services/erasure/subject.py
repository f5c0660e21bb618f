"""Whose traces are removed.

Knows: keys as LiteLLM stores them (SHA-256 of the secret), users, stores. Does not know: where anything lies.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Subject:
    """Exactly one of ``key`` (a hash), ``user`` (LiteLLM's user id) and ``store`` is set. ``keys``: all keys that this
    is about."""

    key: str | None = None
    user: str | None = None
    store: str | None = None
    keys: frozenset[str] = frozenset()

    @property
    def shown(self) -> str:
        """For people and the ledger: what was asked for."""
        return f"key {self.key}" if self.key else f"user {self.user}" if self.user else f"store {self.store}"


def key_hash(given: str) -> str:
    """The hash of a key that was given as its secret or as its hash. Raises ValueError for neither."""
    if _HASH.fullmatch(given):
        return given
    if given.startswith("sk-"):
        return hashlib.sha256(given.encode()).hexdigest()
    raise ValueError("a key is its secret (sk-...) or its hash (64 hex digits, as `signalbox keys list` shows it)")
