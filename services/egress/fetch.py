"""Fetches what a request names by URL, for the gateway, which has no way out.

Knows: the operator's list of hosts, limits of size and time, which addresses are nobody's business. Does not know: what
the content is for. A name is resolved once, every address it has is looked at, and the connection goes to one of these:
a second answer of the name server changes nothing. Each redirect is a new URL and is looked at like the first.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from plugins.routing.config.spec import Fetch

REDIRECTS = 3
_SCHEMES = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MOVED = frozenset({301, 302, 303, 307, 308})

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class FetchRefused(Exception):  # noqa: N818 - a status, not a fault of ours
    """``reason``: a few words for the caller, without the URL."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    """``kind``: the content type as the server said it."""

    kind: str
    body: bytes


class Fetcher:
    """``resolve``: addresses of a name. ``allows``: whether an address may be connected to."""

    def __init__(
        self, rules: Fetch, resolve: Resolve | None = None, allows: Callable[[str], bool] | None = None
    ) -> None:
        self._rules = rules
        self._resolve = resolve or resolved
        self._allows = allows or is_public

    def host_of(self, url: str) -> str:
        """Host and port of a URL that may be asked for. Raises FetchRefused."""
        parts = _split(url)
        name, port = (parts.hostname or "").rstrip("."), parts.port or _SCHEMES[parts.scheme]
        said = name if port == 443 and parts.scheme == "https" else f"{parts.scheme}://{name}:{port}"
        if not any(said == host or (host.startswith(".") and said.endswith(host)) for host in self._rules.hosts):
            raise FetchRefused("its host is not in gateway.boundary.fetch.hosts")
        return f"{name}:{port}"

    async def fetch(self, url: str) -> Fetched:
        """The content. Raises FetchRefused."""
        try:
            async with asyncio.timeout(self._rules.timeout_s):
                for _ in range(REDIRECTS + 1):
                    found = await self._once(url)
                    if isinstance(found, Fetched):
                        return found
                    url = found
        except TimeoutError:
            raise FetchRefused("it took longer than gateway.boundary.fetch.timeout_s") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise FetchRefused("it could not be fetched") from None
        raise FetchRefused("it redirects too often")

    async def _once(self, url: str) -> Fetched | str:
        """The content, or where it says it is."""
        self.host_of(url)
        parts = _split(url)
        name, port = parts.hostname or "", parts.port or _SCHEMES[parts.scheme]
        addresses = [name] if _is_address(name) else await self._resolve(name, port)
        if not addresses or not all(self._allows(address) for address in addresses):
            raise FetchRefused("its address is private or reserved")
        connector = aiohttp.TCPConnector(resolver=_Pinned(addresses[0]), use_dns_cache=False)
        async with (
            aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False) as session,
            session.get(url, allow_redirects=False, headers={"user-agent": "signalbox-fetch"}) as answer,
        ):
            if answer.status in _MOVED and "location" in answer.headers:
                return urljoin(url, answer.headers["location"])
            if answer.status != 200:
                raise FetchRefused(f"its host answered {answer.status}")
            return Fetched(answer.headers.get("content-type", "application/octet-stream"), await self._read(answer))

    async def _read(self, answer: aiohttp.ClientResponse) -> bytes:
        most, body = int(self._rules.max_mb * 1e6), b""
        async for chunk in answer.content.iter_chunked(65_536):  # counted as unpacked: a small archive may be large
            body += chunk
            if len(body) > most:
                raise FetchRefused("it is larger than gateway.boundary.fetch.max_mb")
        return body


class _Pinned(AbstractResolver):
    """Gives the address that was looked at, whatever the name."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        own = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        return [
            ResolveResult(
                hostname=host, host=self._address, port=port, family=own, proto=0, flags=socket.AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        """Nothing is open."""


async def resolved(name: str, port: int) -> list[str]:
    """Every address of a name. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the open internet, also where one is written inside another."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if found.teredo is not None:
            return False
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not found.is_reserved


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchRefused("it is no URL") from None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or parts.scheme not in _SCHEMES or not parts.hostname or "@" in parts.netloc or port == 0:
        raise FetchRefused("it is no plain http(s) URL")
    return parts


def _is_address(name: str) -> bool:
    """Also ``127.1`` and ``0x7f000001``, which a system's resolver would take for one: those are refused as private."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.replace(".", "").isdigit() or name.lower().startswith("0x")
    return True
