"""The wall, with the whole system: what is judged public leaves through it, and nothing leaves without it."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from plugins.ledger.query import Question, found
from plugins.ledger.verify import verify
from services.erasure.subject import key_hash
from tests.e2e.walled import AMBIENT_KEY, ANTHROPIC_KEY, OPENAI_KEY, TELLING, Walled, edited, running_walled
from tests.support.system import command as signalbox

WORDS = ("blue", "calm", "wide", "slow", "deep", "cold", "warm", "clear", "green", "quiet", "fast", "narrow", "bright")
PATHS = {b"completions", b"messages", b"embeddings"}


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walled]:
    with running_walled(tmp_path_factory.mktemp("walled")) as walled:
        yield walled


@pytest.fixture
def marker() -> str:
    """Plain words: what looks like a secret or a name would not be public."""
    return " and ".join(random.choices(WORDS, k=10))


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("model", "path", "sent"),
    [
        ("far", "/v1/chat/completions", f"authorization: bearer {OPENAI_KEY}"),
        ("far-anthropic", "/v1/chat/completions", f"x-api-key: {ANTHROPIC_KEY}"),
        ("far-anthropic", "/v1/messages", f"x-api-key: {ANTHROPIC_KEY}"),
        ("far", "/v1/messages", f"authorization: bearer {OPENAI_KEY}"),
    ],
    ids=["openai-chat", "anthropic-chat", "anthropic-messages", "openai-messages"],  # pytest puts ids into environments
)
def test_public_requests_leave_with_the_real_key(
    walled: Walled, marker: str, model: str, path: str, sent: str, stream: bool
) -> None:
    answer = walled.ask(model, marker, "public", path, stream=stream)
    assert answer.status_code == 200, answer.text
    assert "far" in answer.text
    [received] = [r for r in walled.far.received if marker.encode() in r.body]
    head = received.headers.decode().lower()
    assert sent in head
    assert "signalbox" not in head
    assert "held-by-egress" not in head
    assert head.count("host:") == 1


def test_embeddings_of_a_client_that_drops_headers_leave_too(walled: Walled, marker: str) -> None:
    headers = {**walled.system.headers, "x-signalbox-data-class": "public"}
    body = {"model": "far-embed", "input": f"a river that is {marker}"}
    url = f"{walled.system.url}/v1/embeddings"
    answer = httpx.post(url, json=body, headers=headers, timeout=60, trust_env=False)
    assert answer.status_code == 200, answer.text
    assert walled.far.holds(marker) == 1


@pytest.mark.parametrize("data_class", ["internal", "restricted"])
@pytest.mark.parametrize("model", ["far", "far-anthropic", "auto"])
def test_what_is_not_public_stays(walled: Walled, marker: str, model: str, data_class: str) -> None:
    answer = walled.ask(model, marker, data_class)
    assert answer.status_code == (200 if model == "auto" else 403)
    assert walled.near.holds(marker) == (model == "auto")
    assert not walled.far.holds(marker)


def test_the_gateway_never_had_a_key(walled: Walled) -> None:
    real = (OPENAI_KEY, ANTHROPIC_KEY, AMBIENT_KEY)
    parts = walled.system.parts()
    for process in walled.system.processes():
        environ = Path(f"/proc/{process.pid}/environ").read_bytes()
        held = [key for key in real if key.encode() in environ]
        assert held == ([OPENAI_KEY, AMBIENT_KEY] if process.pid == parts["egress"]["pid"] else []), process.cmdline()
    rendered = walled.system.state / "run" / "litellm.yaml"
    assert not [key for key in real if key in rendered.read_text()]
    assert "CLOUD_LOGIN" not in rendered.read_text()
    assert (walled.system.state / "run" / "egress.json").stat().st_mode & 0o777 == 0o600
    assert (walled.system.state / "secrets" / "egress.key").stat().st_mode & 0o777 == 0o600
    assert not [key for key in real if key.encode() in walled.system.all_logs()]


def test_a_variable_alone_tells_nobody(walled: Walled, marker: str) -> None:
    assert walled.ask("far", marker, "public").status_code == 200
    assert walled.ask("far", marker, "restricted").status_code == 403
    for process in walled.system.processes():
        environ = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
        names = {entry.split(b"=", 1)[0].decode() for entry in environ if entry != b"LITELLM_LOG=WARNING"}
        assert not names & set(TELLING), process.cmdline()
    assert {r.request_line.split()[1].rsplit(b"/", 1)[-1] for r in walled.far.received} <= PATHS
    assert marker.encode() not in walled.system.all_logs()


def test_the_gateway_cannot_send_past_the_broker(walled: Walled) -> None:
    """What LiteLLM holds of every deployment outside is the broker's address."""
    rows = httpx.get(
        f"{walled.system.url}/model/info", headers=walled.system.headers, timeout=30, trust_env=False
    ).json()["data"]
    bases = {row["model_name"]: row["litellm_params"].get("api_base", "") for row in rows}
    assert all(bases[name].startswith(f"{walled.broker}/t/id-{name}") for name in ("far", "far-anthropic", "far-embed"))
    assert walled.far.url not in str(bases)
    assert "far-rock" not in bases
    assert "far-rock: left out" in walled.system.printed()


@pytest.mark.parametrize("path", ["chat/completions", "responses", "embeddings", "models"])
def test_without_the_hooks_nothing_leaves(walled: Walled, marker: str, path: str) -> None:
    """As LiteLLM would send it if no hook of ours ran: no verdict."""
    before = sum(r["event"] == "refused" and r.get("reason") == "missing" for r in walled.record())
    answer = httpx.post(
        f"{walled.broker}/t/id-far/v1/{path}",
        json={"model": "gpt-far", "messages": [{"role": "user", "content": marker}]},
        headers={"authorization": "Bearer held-by-egress"},
        trust_env=False,
    )
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "egress_refused"
    assert not walled.far.holds(marker)
    walled.system.wait_for(
        lambda: sum(r["event"] == "refused" and r.get("reason") == "missing" for r in walled.record()) == before + 1,
        "the record of the refusal",
    )
    assert walled.record()[-1]["deployment"] == "id-far"


@contextmanager
def added(walled: Walled, name: str, base: str) -> Iterator[None]:
    """A model of the admin UI, gone again at the end."""
    params = {"model": "openai/gpt-far", "api_base": base, "api_key": "sk-added"}
    with walled.system.client() as client:
        made = client.post("/model/new", json={"model_name": name, "litellm_params": params, "model_info": {}})
        assert made.status_code == 200, made.text
        try:
            walled.system.wait_for(lambda: walled.ask(name, f"{name} hello", "public").status_code != 404, name)
            yield
        finally:
            client.post("/model/delete", json={"id": made.json()["model_id"]})


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_a_model_of_the_admin_ui_is_reached_through_the_wall(walled: Walled, marker: str, path: str) -> None:
    name = f"added{path[-4:]}"
    with added(walled, name, f"{walled.far.url}/v1"):
        answer = walled.ask(name, marker, "public", path)
        assert answer.status_code == 200, answer.text
        assert walled.ask(name, f"{marker} twice", "internal", path).status_code == 403
    [received] = [r for r in walled.far.received if marker.encode() in r.body]
    assert b"Bearer sk-added" in received.headers
    [left] = found(walled.ledger, Question(decision=answer.headers["x-signalbox-decision-id"]))
    assert left["writer"].startswith("egress"), "the broker wrote it, so it went through there"
    assert left["host"] == walled.far.url.removeprefix("http://")


def test_a_model_of_the_admin_ui_at_a_host_that_nobody_named_is_not_reached(walled: Walled, marker: str) -> None:
    elsewhere = walled.far.url.replace("127.0.0.1", "127.0.0.2")
    with added(walled, "elsewhere", f"{elsewhere}/v1"):
        answer = walled.ask("elsewhere", marker, "public")
    assert answer.status_code >= 400
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert not walled.far.holds(marker)


def test_what_left_is_on_record_without_content(walled: Walled, marker: str) -> None:
    answer = walled.ask("far", marker, "public")
    assert answer.status_code == 200
    decision = answer.headers["x-signalbox-decision-id"]
    walled.system.wait_for(
        lambda: ["status" in record for record in found(walled.ledger, Question(decision=decision))] == [True],
        "the record and how it ended",
    )
    [left] = found(walled.ledger, Question(decision=decision))
    assert (left["event"], left["ended"], left["status"], left["rule"]) == ("left", "complete", 200, "declared")
    assert left["host"] == walled.far.url.removeprefix("http://")
    assert (left["class"], left["zone"], left["deployment"]) == ("public", "cloud", "id-far")
    [received] = [r for r in walled.far.received if marker.encode() in r.body]
    assert left["bytes"] == len(received.body)
    assert re.fullmatch(r"[0-9a-f]{64}", left["content"])
    assert marker.encode() not in b"".join(p.read_bytes() for p in walled.ledger.iterdir())


def test_ledger_and_decision_log_agree(walled: Walled, marker: str) -> None:
    asked = [("far", "public"), ("far", "internal"), ("near", "restricted"), ("auto", "internal")]
    answers = [walled.ask(model, marker, data_class) for model, data_class in asked]
    ids = [answer.headers["x-signalbox-decision-id"] for answer in answers]

    def logged() -> dict[str, dict[str, Any]]:
        with closing(sqlite3.connect(walled.system.state / "decisions.sqlite")) as db:
            db.row_factory = sqlite3.Row
            return {row["decision_id"]: dict(row) for row in db.execute("SELECT * FROM decisions")}

    def told() -> dict[str, dict[str, Any]]:
        return {r["decision"]: r for r in found(walled.ledger, Question()) if "decision" in r}

    walled.system.wait_for(lambda: set(ids) <= set(logged()) and set(ids) <= set(told()), "both records")
    assert [told()[i]["event"] for i in ids] == ["left", "refused", "kept", "kept"]
    for one in ids:
        assert (told()[one]["class"], told()[one]["key"]) == (logged()[one]["data_class"], logged()[one]["key_id"])
    walled.system.wait_for(lambda: set(logged()) <= set(told()), "a record of every decision")
    assert verify(walled.ledger).problems == []


def test_an_unwritable_ledger_keeps_in_what_would_leave_and_serves_what_stays(walled: Walled, marker: str) -> None:
    aside = walled.ledger.with_name("ledger.aside")
    segment = walled.ledger / sorted(p.name for p in walled.ledger.glob("0*.jsonl"))[-1]
    kept = segment.read_bytes()
    segment.rename(aside)
    segment.mkdir()  # what is no file cannot be appended to
    try:
        assert walled.ask("near", f"{marker} twice", "restricted").status_code == 200
        refused = walled.ask("far", marker, "public")
        assert refused.status_code in (502, 503), refused.text
        assert set(refused.json()["error"]) == {"message", "type", "param", "code"}
        assert not walled.far.holds(marker)
    finally:
        segment.rmdir()
        aside.rename(segment)
    assert segment.read_bytes() == kept
    walled.system.wait_for(lambda: walled.ask("far", marker, "public").status_code == 200, "the ledger")


def test_scrubbed_text_comes_back_whole_through_the_broker(walled: Walled) -> None:
    """The broker looks at the body itself (``rescan``), so it would refuse what was not replaced."""
    text = 'Write a poem for Margaret Thornton in "Bristol", +49 30 901820; [PERSON_1] is literal, ünï 🙂.'
    walled.far.behave("gpt-far", "echo")

    def ask(stream: bool = False) -> httpx.Response:
        body = {"model": "far", "messages": [{"role": "user", "content": text}], "stream": stream}
        talk = f"c-{random.random()}"  # what an earlier one was judged to be would hold for the same conversation
        headers = {**walled.system.headers, "x-signalbox-data-class": "internal", "x-signalbox-conversation": talk}
        return httpx.post(f"{walled.system.url}/v1/chat/completions", json=body, headers=headers, trust_env=False)

    with edited(walled, scrub=["internal"], combination="internal"):
        walled.system.wait_for(lambda: ask().status_code == 200, "the edited boundary")
        for stream in (False, True):
            answer = ask(stream)
            events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
            parts = "".join(c["delta"].get("content") or "" for e in events for c in e["choices"])
            assert text == (parts if stream else answer.json()["choices"][0]["message"]["content"])
            [left] = found(walled.ledger, Question(decision=answer.headers["x-signalbox-decision-id"]))
            assert (left["class"], left["writer"][:6]) == ("public", "egress")
    for word in ("Margaret", "Thornton", "Bristol", "901820"):
        assert not walled.far.holds(word)
    walled.system.wait_for(lambda: ask().status_code == 403, "the boundary as it was")
    walled.far.behaviors.clear()


def test_a_boundary_closed_while_it_runs_loads_nothing_outside(walled: Walled, marker: str) -> None:
    def groups() -> set[str]:
        with walled.system.client() as client:
            return {row["id"] for row in client.get("/v1/models").raise_for_status().json()["data"]}

    with added(walled, "added-far", f"{walled.far.url}/v1"), edited(walled, mode="closed"):
        walled.system.wait_for(lambda: not groups() & {"far", "far-anthropic", "far-embed", "added-far"}, "the edit")
        assert "near" in groups()
        for name in ("far", "far-anthropic", "added-far"):
            refused = walled.ask(name, marker, "public")
            assert 400 <= refused.status_code < 500, refused.text
            assert set(refused.json()["error"]) == {"message", "type", "param", "code"}
        assert walled.ask("near", marker, "public").status_code == 200
        assert walled.ask("auto", marker, "public").status_code == 200
        assert not walled.far.holds(marker)
    walled.system.wait_for(lambda: "far" in groups(), "the boundary as it was")
    walled.system.wait_for(lambda: walled.ask("far", marker, "public").status_code == 200, "the cloud")


def test_an_erased_key_is_gone_while_everything_runs(walled: Walled, marker: str) -> None:
    with walled.system.client() as client:
        key = client.post("/key/generate", json={"user_id": "ada"}).raise_for_status().json()["key"]
        hashed = key_hash(key)
        client.headers["authorization"] = f"Bearer {key}"
        body = {"model": "near", "messages": [{"role": "user", "content": marker}]}
        asked = client.post("/v1/chat/completions", json=body, headers={"x-signalbox-conversation": "c-erased"})
        assert asked.status_code == 200, asked.text
        sent = client.post("/v1/files", data={"purpose": "assistants"}, files={"file": ("a.txt", marker.encode())})
        assert sent.status_code == 200, sent.text
        content = f"/v1/files/{sent.json()['id']}/content"
        assert client.get(content).text == marker
        walled.system.wait_for(lambda: walled.holding(hashed), "the decision's record")
        erase = signalbox("boundary", "erase", "--key", key, "--yes", "--state", str(walled.system.state))
        done = subprocess.run(erase, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        assert client.get(content).status_code == 404
    assert walled.holding(hashed) == []
    assert [r["event"] for r in walled.record() if r.get("key") == hashed][-1] == "erased"
    assert verify(walled.ledger).problems == []
