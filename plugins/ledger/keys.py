"""The key that signs checkpoints, and what is derived from it.

Knows: Ed25519 (RFC 8032), the file of the seed (0600). Does not know: records. The public half lies beside the records,
so that an auditor needs nothing secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEED_BYTES = 32
_CONTENT = b"signalbox ledger content\0"


class KeyProblem(Exception):  # noqa: N818 - a file that cannot be used
    """A key's file is missing or holds something else."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """``public``: base64 of the 32 bytes that anybody may know."""

    seed: bytes = field(repr=False)
    public: str
    private: Ed25519PrivateKey = field(repr=False, compare=False)

    def sign(self, message: bytes) -> str:
        """The signature, base64."""
        return base64.b64encode(self.private.sign(message)).decode()

    def content_hash(self) -> hmac.HMAC:
        """An HMAC-SHA256 to feed a body to: equal contents are seen to be equal, and nobody without the key can test
        a guess."""
        return hmac.new(hmac.new(self.seed, _CONTENT, hashlib.sha256).digest(), digestmod=hashlib.sha256)


def from_seed(seed: bytes) -> SigningKey:
    """The key of these 32 bytes. Raises ValueError for another length."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return SigningKey(seed, base64.b64encode(public).decode(), private)


def signed_by(public: str, message: bytes, signature: str) -> bool:
    """Whether the signature is that of this public key; False also for what is no key or no signature."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), message)
    except (ValueError, InvalidSignature):
        return False
    return True


def open_key(path: Path) -> SigningKey:
    """The key in a file, made at the first call; several processes may call at once. Raises OSError, KeyProblem."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(SEED_BYTES)).decode() + "\n")
        try:
            os.link(made, path)  # whole or not at all, and the first one wins
        except FileExistsError:
            pass
        finally:
            made.unlink()
    try:
        seed = base64.b64decode(path.read_text("ascii").strip(), validate=True)
        return from_seed(seed)
    except ValueError as error:
        raise KeyProblem(f"{path} does not hold a ledger key: bring it back from a backup") from error
