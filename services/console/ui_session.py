"""The session of LiteLLM's admin UI, so that one login opens both.

Knows: LiteLLM's cookie ``token`` (a JWT, HS256 under the master key), the roles in it, and the gateway's routes that
make and check one. Does not know: the console's own sessions, pages. LiteLLM's roles hold here: ``proxy_admin`` edits,
``proxy_admin_viewer`` reads, everybody else sees nothing, because the console shows everybody's requests.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import jwt

COOKIE = "token"
ROLES: Mapping[str, Literal["admin", "viewer"]] = {"proxy_admin": "admin", "proxy_admin_viewer": "viewer"}
_TIMEOUT = httpx.Timeout(10.0)


@dataclass(frozen=True, slots=True)
class UiUser:
    """``kind``: what LiteLLM's role is here. ``key``: made by LiteLLM for this login. ``token``: the cookie."""

    kind: Literal["admin", "viewer"]
    key: str = field(repr=False)
    token: str = field(repr=False)

    @property
    def mark(self) -> str:
        """What a session that came of this login remembers of it."""
        return mark_of(self.token)


def mark_of(token: str | None) -> str:
    """16 hexadecimal digits of a cookie's hash; empty for none."""
    return hashlib.sha256(token.encode()).hexdigest()[:16] if token else ""


def read_token(token: str | None, master_key: str) -> UiUser | None:
    """Whose login a cookie is; None where it is forged, expired, or of a role that may not see the console."""
    if not token or not master_key or len(token) > 8192:
        return None
    try:
        told: dict[str, Any] = jwt.decode(token, master_key, algorithms=["HS256"], options={"require": ["exp"]})
    except jwt.PyJWTError:
        return None
    kind, key = ROLES.get(str(told.get("user_role"))), told.get("key")
    return UiUser(kind, key, token) if kind is not None and isinstance(key, str) and key else None


async def still_valid(user: UiUser, gateway_url: str, transport: httpx.AsyncBaseTransport | None) -> bool:
    """Whether the gateway still knows the login's key: a revoked one opens nothing. False where it cannot be asked."""
    try:
        async with httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, trust_env=False) as client:
            answer = await client.get(f"{gateway_url}/key/info", headers={"authorization": f"Bearer {user.key}"})
    except httpx.HTTPError:
        return False
    return answer.status_code == 200


async def log_out(user: UiUser, gateway_url: str, master_key: str, transport: httpx.AsyncBaseTransport | None) -> None:
    """Ends the login at the gateway: LiteLLM's pages keep a copy of the cookie where we cannot take it away. Where it
    cannot be asked, the login ends when it expires."""
    headers = {"authorization": f"Bearer {master_key}"}
    with contextlib.suppress(httpx.HTTPError):
        async with httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, trust_env=False) as client:
            await client.post(f"{gateway_url}/key/delete", headers=headers, json={"keys": [user.key]})


async def log_in(
    name: str, password: str, gateway_url: str, master_key: str, transport: httpx.AsyncBaseTransport | None
) -> UiUser | None:
    """LiteLLM's own login; None where it refuses, or cannot be asked."""
    try:
        async with httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, trust_env=False) as client:
            answer = await client.post(f"{gateway_url}/v2/login", json={"username": name, "password": password})
            token = answer.json().get("token") if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError, AttributeError):
        return None
    return read_token(token, master_key) if isinstance(token, str) else None
