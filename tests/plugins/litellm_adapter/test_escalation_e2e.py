"""Escalation through the real proxy: one model that answers badly, others that do not, one of them in the "cloud"."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import openai
import pytest
import yaml

from plugins.routing.config.spec import DEFAULT_INTENTS
from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.llama_cpp import llama_cpp
from tests.support.proxy import MASTER_KEY, Proxy, gateway
from tests.support.rendered import deployment, rendered
from tests.support.tiny_gguf import tiny_gguf

__all__ = ["tiny_gguf"]

BROKEN, GOOD = "{'name': 'Ada'", '{"name": "Ada"}'
JSON: dict[str, Any] = {"response_format": {"type": "json_object"}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "person", "schema": {
    "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}}}  # fmt: skip
REFUSAL = "I'm sorry, but I can't help with that."
PRICE = {"input_cost_per_token": 0.001, "output_cost_per_token": 0.001}
SECTION = {
    "intents": dict.fromkeys(DEFAULT_INTENTS, "small"),
    "capabilities": {
        "auto": {"locations": ["local", "cloud"]},
        "code": {"escalation": False, "locations": ["local", "cloud"]},
        "reasoning": {"min_tier": "large", "locations": ["local", "cloud"]},
        "edge": {"locations": ["edge"]},
    },
    "boundary": {"zones": {"edge": "restricted"}},
    "instant": {"enabled": False},
}


@dataclass(frozen=True)
class Site:
    proxy: Proxy
    local: FakeCloud
    cloud: FakeCloud
    config: Path
    models: list[dict[str, object]]

    def ask(self, text: str, model: str = "auto", headers: dict[str, str] | None = None, **more: Any) -> Any:
        body = {"model": model, "messages": [{"role": "user", "content": text}], **more}
        with self.proxy.client() as client:
            return client.post("/v1/chat/completions", json=body, headers=headers)

    def row(self, decision_id: str) -> sqlite3.Row:
        def find() -> Any:
            with closing(sqlite3.connect(self.proxy.state / "decisions.sqlite")) as db:
                db.row_factory = sqlite3.Row
                try:
                    return db.execute("SELECT * FROM decisions WHERE decision_id = ?", (decision_id,)).fetchone()
                except sqlite3.OperationalError:  # not written for the first time yet
                    return None

        found = until(find)
        assert isinstance(found, sqlite3.Row)
        return found


def until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "did not come true"
        time.sleep(0.05)
    return value


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, tiny_gguf: Path) -> Iterator[Site]:
    tmp = tmp_path_factory.mktemp("escalation")
    # A real llama.cpp that is not told of the format, so that its random words are no JSON.
    deaf = {**PRICE, "additional_drop_params": ["response_format"]}
    with fake_cloud("local") as local, fake_cloud("cloud") as cloud, llama_cpp(tiny_gguf) as llama:
        models = [
            deployment("small", "small-m", local.url, "local", "small", params=PRICE),
            deployment("big", "big-m", local.url, "local", "large", params=PRICE),
            deployment("frontier", "cloud-m", cloud.url, "cloud", "frontier", params=PRICE),
            deployment("edge-llama", "tiny", llama.url, "edge", "small", params=deaf),
            deployment("edge-big", "edge-m", local.url, "edge", "large", params=PRICE),
        ]
        config = tmp / "litellm.yaml"
        config.write_text(rendered(models, gateway=SECTION))
        with gateway(config, tmp) as proxy:
            yield Site(proxy, local, cloud, config, models)


@pytest.fixture
def site(running: Site) -> Site:
    running.local.reset()
    running.cloud.reset()
    return running


def test_broken_json_is_asked_for_again_one_tier_up(site: Site) -> None:
    site.local.say("small-m", BROKEN)
    site.local.say("big-m", GOOD)
    answer = site.ask("Give the name as JSON, marker-json", **JSON)
    assert answer.status_code == 200
    body = answer.json()
    assert json.loads(body["choices"][0]["message"]["content"]) == {"name": "Ada"}
    assert body["model"] == "auto"
    assert answer.headers["x-signalbox-escalated"] == "invalid_json"
    assert answer.headers["x-signalbox-deployment"] == "dep-big"
    assert answer.headers["x-signalbox-tier"] == "large"
    assert (site.local.holds("marker-json"), site.cloud.holds("marker-json")) == (2, 0)
    row = site.row(answer.headers["x-signalbox-decision-id"])
    assert (row["escalated_from"], row["escalation_reason"]) == ("dep-small", "invalid_json")
    assert (row["deployment"], row["attempts"], row["tokens_in"], row["fallback"]) == ("dep-big", 2, 6, 0)


@pytest.mark.parametrize("wanted", [JSON, {"response_format": SCHEMA}])
def test_a_real_llama_cpp_that_breaks_json(site: Site, wanted: dict[str, Any]) -> None:
    site.local.say("edge-m", GOOD)
    answer = site.ask(f"Give the name as {len(str(wanted))} JSON", model="edge", max_tokens=24, **wanted)
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.json()["choices"][0]["message"]["content"]) == {"name": "Ada"}
    assert answer.headers["x-signalbox-escalated"] == "invalid_json"
    assert answer.headers["x-signalbox-deployment"] == "dep-edge-big"
    row = site.row(answer.headers["x-signalbox-decision-id"])
    assert (row["escalated_from"], row["attempts"]) == ("dep-edge-llama", 2)
    assert row["tokens_out"] > answer.json()["usage"]["completion_tokens"]
    both = PRICE["input_cost_per_token"] * (row["tokens_in"] + row["tokens_out"])
    assert float(answer.headers["x-litellm-response-cost"]) == pytest.approx(both)


def test_a_good_answer_is_left_alone(site: Site) -> None:
    site.local.say("small-m", GOOD)
    answer = site.ask("Give the name as JSON, marker-good", **JSON)
    assert "x-signalbox-escalated" not in answer.headers
    assert answer.headers["x-signalbox-deployment"] == "dep-small"
    assert site.local.holds("marker-good") == 1
    assert site.row(answer.headers["x-signalbox-decision-id"])["escalated_from"] is None


def test_a_schema_and_an_unknown_tool_are_held_against_an_answer(site: Site) -> None:
    schema = {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}
    site.local.say("small-m", '{"age": "old"}')
    site.local.say("big-m", '{"age": 36}')
    wanted = {"type": "json_schema", "json_schema": {"name": "age", "schema": schema}}
    answer = site.ask("How old is she?", response_format=wanted)
    assert answer.headers["x-signalbox-escalated"] == "schema_mismatch"


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_on_grounds_of_safety_stays(site: Site, stream: bool) -> None:
    site.local.say("small-m", REFUSAL)
    answer = site.ask(f"marker-refusal-{stream}", stream=stream, **JSON)
    assert answer.status_code == 200
    assert "x-signalbox-escalated" not in answer.headers
    assert "sorry," in answer.text
    assert site.local.holds(f"marker-refusal-{stream}") == 1


def test_escalation_never_crosses_the_boundary(site: Site) -> None:
    site.local.say("big-m", BROKEN)
    site.cloud.say("cloud-m", GOOD)
    inside = site.ask("marker-internal", model="reasoning", **JSON)
    assert inside.status_code == 200
    assert inside.json()["choices"][0]["message"]["content"] == BROKEN
    assert site.cloud.holds("marker-internal") == 0
    assert "x-signalbox-escalated" not in inside.headers
    public = site.ask("marker-public", model="reasoning", headers={"x-signalbox-data-class": "public"}, **JSON)
    assert public.json()["choices"][0]["message"]["content"] == GOOD
    assert site.cloud.holds("marker-public") == 1


def test_where_the_next_tier_fails_the_first_answer_is_given(site: Site) -> None:
    site.local.say("small-m", BROKEN)
    site.local.behave("big-m", "error")
    answer = site.ask("Give the name as JSON", **JSON)
    assert answer.status_code == 200
    assert answer.json()["choices"][0]["message"]["content"] == BROKEN
    assert answer.headers["x-signalbox-deployment"] == "dep-small"
    assert "x-signalbox-escalated" not in answer.headers
    with site.proxy.client() as client:  # the rest of the failed one must not reach into other tests
        until(lambda: client.post("/v1/chat/completions", json=_pinned("big")).status_code in (200, 500, 502, 503))


def _pinned(model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize("model", ["small", "code"])
def test_pinned_requests_and_a_capability_that_says_no(site: Site, model: str) -> None:
    site.local.say("small-m", BROKEN)
    answer = site.ask(f"marker-off-{model}", model=model, **JSON)
    assert answer.json()["choices"][0]["message"]["content"] == BROKEN
    assert site.local.holds(f"marker-off-{model}") == 1


@pytest.mark.parametrize(
    ("said", "better", "more", "reason"),
    [
        ("Sure, here is your JSON", GOOD, JSON, "invalid_json"),
        ("", "a real answer", {}, "empty"),
        ("This is beyond my capabilities.", "a real answer", {}, "cannot"),
    ],
)
def test_a_stream_that_begins_badly(site: Site, said: str, better: str, more: Any, reason: str) -> None:
    site.local.say("small-m", said)
    site.local.say("big-m", better)
    with openai.OpenAI(base_url=f"{site.proxy.url}/v1", api_key=MASTER_KEY, max_retries=0) as client:
        raw = client.chat.completions.with_raw_response.create(
            model="auto", messages=[{"role": "user", "content": f"stream {reason}"}], stream=True, **more
        )
        chunks = list(raw.parse())
    assert raw.headers["x-signalbox-escalated"] == reason
    assert raw.headers["x-signalbox-deployment"] == "dep-big"
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices).strip() == better
    assert {c.model for c in chunks} == {"auto"}
    row = site.row(raw.headers["x-signalbox-decision-id"])
    assert (row["escalated_from"], row["escalation_reason"]) == ("dep-small", reason)


def test_off_by_mode(site: Site) -> None:
    site.local.say("small-m", BROKEN)
    site.local.say("big-m", GOOD)
    text = yaml.safe_load(site.config.read_text())
    text["gateway"] = {**SECTION, "escalation": {"mode": False}}
    site.config.write_text(yaml.safe_dump(text))
    turns = count()  # a conversation that was escalated stays where it went

    def escalated() -> bool:
        return "x-signalbox-escalated" in site.ask(f"Give the name as JSON, turn {next(turns)}", **JSON).headers

    until(lambda: not escalated())
    site.config.write_text(rendered(site.models, gateway=SECTION))
    until(escalated)


def test_a_conversation_that_was_escalated_stays_there(site: Site) -> None:
    site.local.say("small-m", BROKEN)
    site.local.say("big-m", GOOD)
    first = site.ask("Give the name as JSON, marker-stays", **JSON)
    again = site.ask("Give the name as JSON, marker-stays", **JSON)
    assert first.headers["x-signalbox-escalated"] == "invalid_json"
    assert "x-signalbox-escalated" not in again.headers
    assert again.headers["x-signalbox-deployment"] == "dep-big"
    assert site.local.holds("marker-stays") == 3
