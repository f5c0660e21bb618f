"""Fetched by the broker, or refused: a URL never goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from plugins.litellm_adapter.egress import Signer
from plugins.litellm_adapter.preparation.links import Links, check
from plugins.litellm_adapter.preparation.preparer import Ask
from plugins.litellm_adapter.refusal import Refused
from plugins.routing.config.spec import Boundary, Fetch, GatewaySpec
from plugins.routing.types import Caller
from services.egress.fetch import Fetcher
from tests.services.egress.make import KEY
from tests.services.egress.upstream import Upstream, Wall, upstream, wall


def body(*urls: str) -> dict[str, Any]:
    parts = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"messages": [{"role": "user", "content": parts}]}


def ask(data: dict[str, Any], *hosts: str) -> Ask:
    spec = GatewaySpec(boundary=Boundary(fetch=Fetch(hosts=hosts, timeout_s=5)))
    return Ask(data, "acompletion", None, Caller(key_id="k1"), spec, "", {}, {})


def links(broker: Wall | None) -> Links:
    made = Links()
    made._signer = Signer(broker.url, KEY) if broker is not None else None
    return made


@pytest.fixture
async def site() -> AsyncIterator[Upstream]:
    async with upstream() as made:
        yield made


def fetcher(*hosts: str) -> Fetcher:
    async def here(name: str, port: int) -> list[str]:
        del name, port
        return ["127.0.0.1"]

    return Fetcher(Fetch(hosts=hosts, timeout_s=5), here, lambda _: True)


async def test_what_the_broker_fetched_is_put_in_its_place(tmp_path: Path, site: Upstream) -> None:
    host = site.url.replace("127.0.0.1", "files.example")
    async with wall(tmp_path, "http://127.0.0.1:9", fetch=fetcher(host)) as broker:
        asked = ask(body(f"{host}/a?b=c", f"{host}/a?b=c"), host)
        assert links(broker).wants(asked.data, "acompletion")
        await links(broker).prepare(asked)
        urls = [part["image_url"]["url"] for part in asked.data["messages"][0]["content"]]
        assert urls == ["data:application/json;base64,e30="] * 2
        assert len(site.received) == 1
        check(asked.data)
        await links(broker).prepare(ask(body(f"{host}/a?b=c"), host))
        (first, _) = broker.records()
        assert (first["event"], first["key"]) == ("fetched", "k1")
        assert "b=c" not in broker.text()


@pytest.mark.parametrize(
    "url",
    ["https://other.example/a", "http://127.0.0.1/a", "file:///etc/passwd", "https://files.example@evil.example/"],
)
async def test_what_it_may_not_fetch_is_told_with_the_line_of_the_yaml(tmp_path: Path, url: str) -> None:
    async with wall(tmp_path, "http://127.0.0.1:9", fetch=fetcher("files.example")) as broker:
        with pytest.raises(Refused, match=r"gateway\.boundary\.fetch\.hosts") as caught:
            await links(broker).prepare(ask(body(url), "files.example"))
    assert (caught.value.status, caught.value.code) == (400, "url_not_fetched")
    assert caught.value.param == "messages[0].content[0].image_url.url"
    assert url not in caught.value.message


async def test_off_without_hosts_without_a_broker_and_for_too_many(tmp_path: Path) -> None:
    async with wall(tmp_path, "http://127.0.0.1:9") as broker:
        for made, asked in (
            (links(broker), ask(body("https://files.example/a"))),
            (links(None), ask(body("https://files.example/a"), "files.example")),
            (links(broker), ask(body("https://files.example/a"), "files.example")),
            (links(broker), ask(body(*(f"https://files.example/{n}" for n in range(17))), "files.example")),
            (links(broker), ask({"tools": [{"type": "mcp", "server_url": "https://files.example"}]}, "files.example")),
        ):
            with pytest.raises(Refused):
                await made.prepare(asked)
    with pytest.raises(Refused):
        await links(Wall("http://127.0.0.1:9", tmp_path)).prepare(ask(body("https://files.example/a"), "files.example"))


def test_the_last_gate_refuses_what_is_still_there() -> None:
    check(body("data:image/png;base64,AAAA"))
    with pytest.raises(Refused):
        check(body("https://files.example/a"))
