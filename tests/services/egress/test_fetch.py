"""The fetcher: allowed hosts, no private address, by name, by number, after DNS or a redirect."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from plugins.routing.config.spec import Fetch
from services.egress.fetch import Fetcher, FetchRefused, is_public
from tests.services.egress.upstream import Upstream, upstream


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:1::", False),
        ("nonsense", False),
        ("127.1", False),
        ("0x7f000001", False),
        ("2130706433", False),
    ],
)
def test_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://files.example/a", True),
        ("https://FILES.example/a", True),
        ("https://files.example./a", True),
        ("https://files.example:443/a", True),
        ("https://a.b.wide.example/x", True),
        ("http://plain.example:8080/", True),
        ("http://files.example/a", False),
        ("https://files.example:8443/", False),
        ("https://xfiles.example/", False),
        ("https://wide.example.evil.example/", False),
        ("https://user@files.example/", False),
        ("https://files.example@evil.example/", False),
        ("https://evil.example\\@files.example/", False),
        ("https://files.example:0/", False),
        ("https://files.example:x/", False),
        ("ftp://files.example/", False),
        ("//files.example/", False),
        ("https://", False),
        ("https://files.example/a b", False),
        ("https://fıles.example/", False),
        ("https://files.example\n.evil.example/", False),
    ],
)
def test_hosts(url: str, allowed: bool) -> None:
    fetcher = Fetcher(Fetch(hosts=("files.example", ".wide.example", "http://plain.example:8080")))
    if allowed:
        assert fetcher.host_of(url)
    else:
        with pytest.raises(FetchRefused):
            fetcher.host_of(url)


class Names:
    """A name server that is asked once a connection, and may change its mind."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, name: str, port: int) -> list[str]:
        self.asked.append(name)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def fetcher(url: str, names: Any = None, allows: Any = lambda _: True, **rules: Any) -> Fetcher:
    hosts = (url, url.replace("127.0.0.1", "files.example"), url.replace("127.0.0.1", "other.example"))
    return Fetcher(Fetch(**{"hosts": hosts, "timeout_s": 5, **rules}), names or Names(["127.0.0.1"]), allows)


async def test_it_fetches_from_the_address_that_was_looked_at() -> None:
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    async with upstream() as site:
        found = await fetcher(site.url, names).fetch(site.url.replace("127.0.0.1", "files.example") + "/a?b")
        head = site.received[0][0].decode().lower()
    assert (found.kind, found.body, names.asked) == ("application/json", b"{}", ["files.example"])
    assert head.startswith("get /a?b http/1.1\r\nhost: files.example:")
    assert "cookie" not in head
    assert "authorization" not in head


@pytest.mark.parametrize("answer", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], []])
async def test_a_name_with_a_private_address_among_its_own_is_refused(answer: list[str]) -> None:
    async with upstream() as site:
        with pytest.raises(FetchRefused, match="private"):
            await fetcher(site.url, Names(answer), is_public).fetch(site.url.replace("127.0.0.1", "files.example"))
        assert not site.received


async def test_an_address_as_a_name_is_looked_at_too() -> None:
    async with upstream() as site:
        with pytest.raises(FetchRefused, match="private"):
            await fetcher(site.url, allows=is_public).fetch(site.url)
        assert not site.received


def redirecting(site: Upstream, to: str) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        last = site.received[-1][0].startswith(b"GET /end")
        head = (
            b"200 OK\r\ncontent-length: 3\r\n\r\nend"
            if last
            else b"302 X\r\nlocation: %s\r\ncontent-length: 0\r\n\r\n" % to.encode()
        )
        writer.write(b"HTTP/1.1 " + head)

    site.answer = answer


async def test_a_redirect_within_the_list_is_followed_and_any_other_not() -> None:
    async with upstream() as site:
        url = site.url.replace("127.0.0.1", "files.example")
        redirecting(site, "/end")
        assert (await fetcher(site.url).fetch(url)).body == b"end"
        for to, why in (
            (f"{url}/again", "too often"),
            ("http://evil.example/", "hosts"),
            ("file:///etc/passwd", "plain"),
        ):
            redirecting(site, to)
            with pytest.raises(FetchRefused, match=why):
                await fetcher(site.url).fetch(url)


async def test_a_redirect_to_an_allowed_name_with_a_private_address_is_refused() -> None:
    async with upstream() as site:
        redirecting(site, site.url.replace("127.0.0.1", "other.example"))
        names = Names(["127.0.0.1"], ["169.254.169.254"])
        with pytest.raises(FetchRefused, match="private"):
            await fetcher(site.url, names, lambda a: a == "127.0.0.1").fetch(
                site.url.replace("127.0.0.1", "files.example")
            )
        assert len(site.received) == 1


async def test_limits() -> None:
    async def large(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\n" + b"x" * 200_000)

    async def stall(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(1)

    async def missing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 X\r\ncontent-length: 0\r\n\r\n")

    async with upstream() as site:
        for answer, rules, why in (
            (large, {"max_mb": 0.1}, "larger"),
            (stall, {"timeout_s": 0.2}, "longer"),
            (missing, {}, "404"),
        ):
            site.answer = answer
            with pytest.raises(FetchRefused, match=why):
                await fetcher(site.url, **rules).fetch(site.url)
    with pytest.raises(FetchRefused, match="could not"):
        await fetcher("http://127.0.0.1:9").fetch("http://127.0.0.1:9")
