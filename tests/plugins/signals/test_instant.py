from pathlib import Path
from typing import Any

import pytest

from plugins.routing.config.problems import ConfigError
from plugins.routing.config.spec import GatewaySpec, Instant
from plugins.routing.openai_request import facts_from_body
from plugins.routing.types import Caller, Facts
from plugins.signals.instant import InstantSignal

TOOL = {"type": "function", "function": {"name": "f", "parameters": {}}}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def facts(*turns: str | dict[str, Any], route: str = "/v1/chat/completions", **body: Any) -> Facts:
    """A request whose turns alternate user, assistant, ..., user, unless a message is given whole."""
    messages = [
        turn
        if isinstance(turn, dict)
        else {"role": "assistant" if (len(turns) - i) % 2 == 0 else "user", "content": turn}
        for i, turn in enumerate(turns)
    ]
    return facts_from_body(
        {"model": "auto", "messages": messages, **body}, route=route, caller=Caller(), request_id="r"
    )


def system(text: str, role: str = "system") -> dict[str, Any]:
    return {"role": role, "content": text}


@pytest.fixture(scope="module")
def signal() -> InstantSignal:
    return InstantSignal(GatewaySpec())


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (facts("hello"), "greeting"),
        (facts("hello", stream=True, max_tokens=5, temperature=0.2), "greeting"),
        (facts("how do I add a model?"), "add-a-model"),
        (facts("hello", n=1, tools=[], response_format={"type": "text"}, logprobs=False), "greeting"),
        (facts({"role": "user", "content": [{"type": "text", "text": "hello"}]}), "greeting"),
        (facts(system("You are a helpful assistant."), "hello"), "greeting"),
        (facts(system("You are a helpful, respectful and honest assistant."), "hello"), "greeting"),
        (facts(system("", "developer"), "hello"), "greeting"),
        (facts("Translate to French: the cat", "le chat", "thanks!"), "thanks"),
        (facts("hello", "Hello!", "which models are there?"), "which-models"),
        (facts("which models are there?", "a, b", "how do I add a model?"), "add-a-model"),
    ],
)
def test_offered(signal: InstantSignal, asked: Facts, answer: str) -> None:
    found = signal.extract(asked)
    assert (found.name, found.label, found.detail) == ("instant", "instant", {"answer": answer})
    assert 0.8 <= found.score <= 1


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (facts("hello world in rust"), "unknown"),
        (facts("hello", tools=[TOOL]), "needs"),
        (facts("hello", response_format={"type": "json_object"}), "needs"),
        (facts("hello", logprobs=True), "needs"),
        (facts("hello", n=2), "needs"),
        (facts({"role": "user", "content": [{"type": "text", "text": "hello"}, IMAGE]}), "modality"),
        (facts({"role": "user", "content": [{"type": "text", "text": "hello"}, {"type": "other"}]}), "modality"),
        (facts("look", {"role": "assistant", "content": [{"type": "other"}]}, "hello"), "modality"),
        (facts(system("You are a pirate."), "hello"), "instructions"),
        (facts(system("You are a helpful assistant. Answer in French."), "hello"), "instructions"),
        (facts(system("Always answer the question.", "developer"), "hello"), "instructions"),
        (facts(system("You are a helpful assistant. " * 50), "hello"), "instructions"),
        (facts("hello " * 100), "length"),
        (facts({"role": "user", "content": ""}), "length"),
        (facts({"role": "user", "content": "hello"}, {"role": "assistant", "content": "He"}), "role"),
        (facts({"role": "tool", "tool_call_id": "1", "content": "x"}, "thanks"), "tools"),
        (facts("explain recursion", "it calls itself", "how do I add a model?"), "conversation"),
        (facts("explain recursion", "it calls itself", "test"), "conversation"),
        (facts("teach me Spanish", "How do you greet somebody?", "hola"), "conversation"),
        (facts(*["hello"] * 20, "which models are there?"), "conversation"),
        (facts("x", route="/v1/completions", prompt="hello"), "mode"),
        (facts("x", route="/v1/embeddings", input="hello"), "mode"),
    ],
)
def test_left_to_a_model(signal: InstantSignal, asked: Facts, why: str) -> None:
    found = signal.extract(asked)
    assert (found.label, found.detail) == ("none", {"why": why})
    assert found.score < 1 or why == "conversation"


@pytest.mark.parametrize(
    ("route", "body", "label"),
    [
        ("/v1/responses", {"model": "auto", "input": "hello"}, "instant"),
        ("/v1/responses", {"model": "auto", "input": "hello", "instructions": "Be a pirate."}, "none"),
        (
            "/v1/messages",
            {"model": "auto", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]},
            "instant",
        ),
        (
            "/v1/messages",
            {
                "model": "auto",
                "max_tokens": 9,
                "system": "Be a pirate.",
                "messages": [{"role": "user", "content": "hello"}],
            },
            "none",
        ),
    ],
)
def test_other_shapes(signal: InstantSignal, route: str, body: dict[str, Any], label: str) -> None:
    asked = facts_from_body(body, route=route, caller=Caller(), request_id="r")
    assert signal.extract(asked).label == label


def test_the_signal_does_not_repeat_what_was_asked(signal: InstantSignal) -> None:
    assert "swordfish" not in repr(signal.extract(facts("hello swordfish")))


def test_disabled() -> None:
    found = InstantSignal(GatewaySpec(instant=Instant(enabled=False))).extract(facts("hello"))
    assert (found.label, found.detail) == ("none", {"why": "disabled"})


def test_own_answers_and_own_threshold(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- {id: canteen, questions: [when is the canteen open], answer: at noon}\n")
    spec = GatewaySpec(instant=Instant(answers=(str(own),), min_score=0.95))
    signal = InstantSignal(spec)
    assert signal.extract(facts("When is the canteen open?")).detail == {"answer": "canteen"}
    assert signal.extract(facts("where do I find my API key?")).label == "none"  # 0.89
    own.write_text("- {id: canteen, questions: 3}\n")
    with pytest.raises(ConfigError, match=r"own\.yaml:1: \[0\]\.questions: must be a list"):
        InstantSignal(spec)
