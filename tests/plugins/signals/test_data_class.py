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
        (facts(modalities=("text", "image"), declared=PUBLIC, may_declare=True), "public", "declared"),
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
