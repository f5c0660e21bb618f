from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plugins.routing.config.spec import Boundary, GatewaySpec
from plugins.routing.types import Caller, DataClass, Facts
from plugins.signals.data_class import DataClassSignal

PUBLIC, INTERNAL, RESTRICTED = DataClass.PUBLIC, DataClass.INTERNAL, DataClass.RESTRICTED


def facts(conversation: str = "", modalities: tuple[str, ...] = ("text",), **caller: Any) -> Facts:
    return Facts(
        "r",
        "/v1/chat/completions",
        "auto",
        modalities=frozenset(modalities),
        caller=Caller(key_id="k", **caller),
        conversation=conversation,
    )


def says(signal: DataClassSignal, asked: Facts) -> tuple[str | None, object]:
    found = signal.extract(asked)
    return found.label, found.detail["why"]


@pytest.mark.parametrize(
    ("asked", "label", "why"),
    [
        (facts(), "internal", "default"),
        (facts(data_class=PUBLIC), "public", "key"),
        (facts(data_class=RESTRICTED), "restricted", "key"),
        (facts(declared=PUBLIC), "internal", "default"),  # may not declare
        (facts(declared=PUBLIC, data_class=RESTRICTED), "restricted", "key"),
        (facts(declared=PUBLIC, may_declare=True), "public", "declared"),
        (facts(declared=PUBLIC, may_declare=True, data_class=RESTRICTED), "public", "declared"),
        (facts(declared=RESTRICTED, may_declare=True), "restricted", "declared"),
        (facts(may_declare=True), "internal", "default"),
        (facts(modalities=("text", "image")), "restricted", "unreadable"),
        (facts(modalities=("audio",), data_class=PUBLIC), "restricted", "unreadable"),
        (facts(modalities=("text", "file"), declared=PUBLIC), "restricted", "unreadable"),
        (facts(modalities=("text", "smell"), data_class=PUBLIC), "restricted", "unreadable"),
        (facts(modalities=("text", "image"), declared=PUBLIC, may_declare=True), "restricted", "unreadable"),
    ],
)
def test_one_request(asked: Facts, label: str, why: str) -> None:
    assert says(DataClassSignal(GatewaySpec()), asked) == (label, why)


@pytest.mark.parametrize("default", list(DataClass))
def test_the_default_is_the_configured_one(default: DataClass) -> None:
    spec = GatewaySpec(boundary=Boundary(default_class=default))
    assert says(DataClassSignal(spec), facts()) == (default.label, "default")


def declares(data_class: DataClass, conversation: str) -> Facts:
    return facts(conversation, declared=data_class, may_declare=True)


def test_a_conversation_never_sinks() -> None:
    signal = DataClassSignal(GatewaySpec())
    assert says(signal, declares(PUBLIC, "a")) == ("public", "declared")
    assert says(signal, declares(RESTRICTED, "a")) == ("restricted", "declared")
    assert says(signal, declares(PUBLIC, "a")) == ("restricted", "conversation")
    assert says(signal, facts("a")) == ("restricted", "conversation")
    assert says(signal, declares(PUBLIC, "b")) == ("public", "declared")


def test_an_image_makes_its_whole_conversation_restricted() -> None:
    signal = DataClassSignal(GatewaySpec())
    assert says(signal, facts("a", ("text", "image"))) == ("restricted", "unreadable")
    assert says(signal, declares(PUBLIC, "a")) == ("restricted", "conversation")


@pytest.mark.parametrize(("mode", "conversation"), [("off", "a"), ("sticky", "")])
def test_nothing_sticks_without_a_conversation_or_when_off(mode: Any, conversation: str) -> None:
    signal = DataClassSignal(GatewaySpec(boundary=Boundary(conversation=mode)))
    assert says(signal, declares(RESTRICTED, conversation))[0] == "restricted"
    assert says(signal, declares(PUBLIC, conversation)) == ("public", "declared")


def test_memory_is_bounded_and_the_least_recent_goes_first() -> None:
    signal = DataClassSignal(GatewaySpec(), remembered=2)
    for name in ("a", "b", "a", "c"):  # "b" is the one not used for longest
        says(signal, declares(RESTRICTED, name))
    assert says(signal, declares(PUBLIC, "a"))[0] == "restricted"
    assert says(signal, declares(PUBLIC, "c"))[0] == "restricted"
    assert says(signal, declares(PUBLIC, "b"))[0] == "public"


def says_of(text: str, signal: DataClassSignal, **caller: Any) -> tuple[str | None, object]:
    asked = facts(**caller)
    return says(signal, replace(asked, messages=({"role": "user", "content": text},)))


@pytest.mark.parametrize(
    ("text", "label", "why"),
    [
        ("Translate this: the train leaves at noon.", "public", "declared"),
        ("What is the capital of Australia?", "public", "declared"),
        ("Invoice 2041\nDate: 3 May 2026\nTotal: 1,284.50 EUR", "public", "declared"),
        ("My card is 4111 1111 1111 1111.", "restricted", "detectors"),
        ("Mail jo@acme.org about it.", "internal", "detectors"),
        ("I am Margaret Thornton, call me at +49 30 901820.", "restricted", "detectors"),
        ("About Project Bluebird", "restricted", "detectors"),
    ],
)
def test_what_is_found_raises_what_was_declared(text: str, label: str, why: str) -> None:
    signal = DataClassSignal(GatewaySpec(boundary=Boundary(terms=("project bluebird",))))
    assert says_of(text, signal, declared=PUBLIC, may_declare=True) == (label, why)


def test_the_detail_tells_types_and_never_text() -> None:
    asked = replace(facts(), messages=({"role": "user", "content": "4111 1111 1111 1111 and 5555 5555 5555 4444"},))
    spec = GatewaySpec(boundary=Boundary(zones={"local": DataClass.RESTRICTED, "site": DataClass.INTERNAL}))
    detail = DataClassSignal(spec).extract(asked).detail
    assert detail == {"why": "detectors", "found": "credit_card:2"}


def test_a_failing_or_slow_detector_is_restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    signal = DataClassSignal(GatewaySpec(boundary=Boundary(detector_timeout_ms=1e-6)))
    assert says_of("hello there", signal, declared=PUBLIC, may_declare=True) == ("restricted", "detectors_failed")

    def broken(_messages: object, _attached: object) -> None:
        raise RuntimeError("secret text")

    monkeypatch.setattr(signal._finder, "counts", broken)
    assert says_of("hello there", signal, data_class=PUBLIC) == ("restricted", "detectors_failed")


def test_tools_are_read_and_token_numbers_cannot_be() -> None:
    signal = DataClassSignal(GatewaySpec())
    tools = replace(
        facts(data_class=PUBLIC), attached=([{"function": {"description": "pays DE89370400440532013000"}}],)
    )
    assert says(signal, tools) == ("restricted", "detectors")
    assert says(signal, replace(facts(data_class=PUBLIC), opaque=True)) == ("restricted", "unreadable")


def test_an_exempt_key_or_team_may_send_what_nobody_reads() -> None:
    signal = DataClassSignal(GatewaySpec(boundary=Boundary(exempt={"k": ("image",), "t": ("audio",)})))
    assert says(signal, facts(modalities=("text", "image"), data_class=PUBLIC)) == ("public", "key")
    assert says(signal, facts(modalities=("text", "audio"), data_class=PUBLIC)) == ("restricted", "unreadable")
    both = signal.extract(facts(modalities=("image", "audio"), data_class=PUBLIC, team_id="t"))
    assert (both.label, both.detail["exempt"]) == ("public", "audio,image")


def test_the_class_of_a_conversation_outlives_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALBOX_STATE", str(tmp_path))
    one, two = DataClassSignal(GatewaySpec()), DataClassSignal(GatewaySpec())
    assert says(one, declares(RESTRICTED, "a"))[0] == "restricted"
    assert says(two, declares(PUBLIC, "a")) == ("restricted", "conversation")
    three = DataClassSignal(GatewaySpec())
    three.adopt(two)
    assert says(three, declares(PUBLIC, "a")) == ("restricted", "conversation")
    one._seen.close()
    two._seen.close()


def test_text_is_looked_through_also_where_that_cannot_change_the_place() -> None:
    message = {"role": "user", "content": "my card is 4111 1111 1111 1111"}
    signal = DataClassSignal(GatewaySpec())
    asked = replace(facts("a"), messages=(message,))
    assert says(signal, asked) == ("restricted", "detectors")
    assert says(signal, declares(DataClass.PUBLIC, "a")) == ("restricted", "conversation")
