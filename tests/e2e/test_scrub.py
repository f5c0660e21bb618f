"""Scrubbing through the real gateway with two workers: what a fake cloud is sent, and what the caller gets back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import httpx
import openai
import pytest
import yaml

from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.proxy import MASTER_KEY, Proxy, gateway
from tests.support.rendered import deployment, rendered

TEXT = 'My name is Margaret Thornton,\nI live in "Bristol" and [PERSON_1] is literal; ünï 🙂 call me at +49 30 901820.'
SECRETS = ("Margaret", "Thornton", "Bristol", "901820")
CARD = "my card is 4111 1111 1111 1111"


@dataclass(frozen=True)
class Site:
    proxy: Proxy
    cloud: FakeCloud


@pytest.fixture(scope="module")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    tmp = tmp_path_factory.mktemp("scrub")
    with fake_cloud("cloud") as cloud:
        value: dict[str, Any] = yaml.safe_load(rendered([deployment("there", "m", cloud.url, "cloud", "large")]))
        value["gateway"] = {
            **(value.get("gateway") or {}),
            "boundary": {"scrub": ["internal"], "combination": "internal"},
        }
        config = tmp / "litellm.yaml"
        config.write_text(yaml.safe_dump(value))
        with gateway(config, tmp, workers=2, env={"LITELLM_SALT_KEY": "sk-salt-of-a-test"}) as proxy:
            yield Site(proxy, cloud)


@pytest.fixture
def site(running_site: Site) -> Site:
    running_site.cloud.reset()
    running_site.cloud.behave("m", "echo")
    return running_site


def sent(cloud: FakeCloud) -> str:
    return b"".join(r.request_line + r.headers + r.body for r in cloud.received).decode()


def clean(cloud: FakeCloud) -> None:
    assert cloud.received, "nothing was sent"
    assert [word for word in SECRETS if word in sent(cloud)] == []


@pytest.mark.parametrize("stream", [False, True])
def test_chat(site: Site, stream: bool) -> None:
    body = {"model": "auto", "messages": [{"role": "user", "content": TEXT}], "stream": stream}
    with site.proxy.client() as client:
        answer = client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-signalbox-data-class"] == "internal"
    assert int(answer.headers["x-signalbox-scrubbed"]) >= 4
    assert "leaves as public, scrubbed" in answer.headers["x-signalbox-reason"]
    assert told(answer, stream) == TEXT
    clean(site.cloud)


def told(answer: httpx.Response, stream: bool) -> str:
    if not stream:
        return str(answer.json()["choices"][0]["message"]["content"])
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    return "".join(c["delta"].get("content") or "" for e in events for c in e["choices"])


def test_the_sdks_of_other_shapes(site: Site) -> None:
    with openai.OpenAI(base_url=f"{site.proxy.url}/v1", api_key=MASTER_KEY, max_retries=0) as client:
        whole = client.responses.create(model="auto", instructions="You help Margaret Thornton.", input=TEXT)
        assert whole.output_text == TEXT
        with client.responses.stream(model="auto", input=TEXT) as events:
            pieces = [e.delta for e in events if e.type == "response.output_text.delta"]
        assert "".join(pieces) == TEXT
    with anthropic.Anthropic(base_url=site.proxy.url, auth_token=MASTER_KEY, max_retries=0) as claude:
        ask: dict[str, Any] = {
            "model": "auto", "max_tokens": 500, "system": "You help Margaret Thornton.",
            "messages": [{"role": "user", "content": TEXT}],
        }  # fmt: skip
        assert claude.messages.create(**ask).content[0].text == TEXT
        with claude.messages.stream(**ask) as stream:
            assert "".join(stream.text_stream) == TEXT
    clean(site.cloud)


def test_a_conversation_keeps_its_names_in_every_worker_and_they_lie_sealed(site: Site) -> None:
    messages = [{"role": "user", "content": TEXT}]
    with site.proxy.client() as client:
        for n in range(8):  # two workers: a new connection each time meets both
            answer = httpx.post(
                f"{site.proxy.url}/v1/chat/completions",
                json={"model": "auto", "messages": messages},
                headers={**client.headers, "x-signalbox-conversation": "one"},
                timeout=60,
                trust_env=False,
            )
            assert answer.status_code == 200
            messages += [
                {"role": "assistant", "content": told(answer, False)},
                {"role": "user", "content": f"{n} and Margaret Thornton"},
            ]
    first = {r.json["messages"][0]["content"] for r in site.cloud.received}
    assert len(first) == 1, "the same value has the same placeholder in every turn"
    clean(site.cloud)
    assert b"Thornton" not in b"".join(f.read_bytes() for f in site.proxy.state.glob("pseudonyms*"))
    with sqlite3.connect(site.proxy.state / "pseudonyms.sqlite") as database:
        assert database.execute("SELECT count(*) FROM pseudonyms").fetchone()[0] > 4
    database.close()


def test_what_may_never_leave_does_not_and_stays_so_in_every_worker(site: Site) -> None:
    def ask(text: str, **headers: str) -> httpx.Response:
        return httpx.post(
            f"{site.proxy.url}/v1/chat/completions",
            json={"model": "auto", "messages": [{"role": "user", "content": text}]},
            headers={**site.proxy.headers, **headers},
            timeout=60,
            trust_env=False,
        )

    for headers in ({}, {"x-signalbox-data-class": "public"}):
        refused = ask(CARD, **headers)
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "data_boundary"
        assert refused.headers["x-signalbox-data-class"] == "restricted"
    here = {"x-signalbox-conversation": "two"}
    assert ask(CARD, **here).status_code == 403
    for _ in range(6):
        again = ask("hello there", **here)
        assert (again.status_code, again.headers["x-signalbox-data-class"]) == (403, "restricted")
    assert ask("hello there", **{"x-signalbox-data-class": "public"}).status_code == 200
    assert "4111" not in sent(site.cloud)


def test_it_is_written_down_as_it_was_sent(site: Site, tmp_path: Path) -> None:
    with site.proxy.client() as client:
        answer = client.post(
            "/v1/chat/completions", json={"model": "auto", "messages": [{"role": "user", "content": TEXT}]}
        )
    decision = answer.headers["x-signalbox-decision-id"]
    ledgers = [p for p in site.proxy.state.rglob("*.jsonl") if decision.encode() in p.read_bytes()]
    lines = [line for p in ledgers for line in p.read_text().splitlines() if decision in line]
    assert any('"public"' in line and "scrubbed from internal" in line for line in lines), lines
