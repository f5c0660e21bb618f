"""Logged decisions as requests again."""

from __future__ import annotations

from typing import Any

from plugins.routing.config.load import parse_config
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.replay import Asked, asked_again, extractors, seen
from plugins.routing.types import Decision, Signal, Tier
from tests.plugins.routing.make import SMALL, facts

BASE: dict[str, Any] = {
    "request_id": "r", "route": "/v1/chat/completions", "capability": "auto", "denied_by": None, "intent": "question",
    "confidence": 0.6, "data_class": "internal", "tokens": 100, "tokens_in": 120, "tokens_out": 30,
    "seen": {"best": "question", "why": "default", "modalities": "text", "max_tier": "large"},
}  # fmt: skip


def spec(text: str = "gateway: {}") -> GatewaySpec:
    return parse_config(text, "x.yaml").spec


def labels(signals: tuple[Signal, ...]) -> dict[str, str | None]:
    return {signal.name: signal.label for signal in signals}


def again(row: dict[str, Any], text: str = "gateway: {}") -> Asked:
    found = asked_again(row, spec(), spec(text))
    assert found is not None
    return found


def test_what_the_log_keeps_has_no_text() -> None:
    signals = (
        Signal("modality", "image", detail={"all": "text,image"}),
        Signal("caller", "key", detail={"max_tier": "large"}),
        Signal("data_class", "internal", detail={"why": "default"}),
        Signal("intent", "unsure", 0.4, {"best": "math"}),
        Signal("instant", "none"),
    )
    kept = seen(Decision("d", "auto", signals, (), SMALL))
    assert kept == {"best": "math", "why": "default", "modalities": "text,image", "max_tier": "large"}


def test_a_row_becomes_a_request() -> None:
    one = again(BASE)
    assert (one.facts.mode, one.facts.caller.max_tier, one.tokens) == ("chat", Tier.LARGE, 150)
    assert one.before == one.after
    assert labels(one.after) == {"data_class": "internal", "intent": "question", "instant": "none"}


def test_a_row_from_before_this_column_is_read_as_text() -> None:
    one = again({**BASE, "seen": {}, "tokens_in": None, "tokens_out": None})
    assert (one.facts.modalities, one.facts.caller.max_tier, one.tokens) == (frozenset({"text"}), None, 100)


def test_another_default_class_counts_only_where_nothing_else_decided() -> None:
    public = "gateway: {boundary: {default_class: public}}"
    assert labels(again(BASE, public).after)["data_class"] == "public"
    labelled = {**BASE, "seen": {"why": "key"}}
    assert labels(again(labelled, public).after)["data_class"] == "internal"


def test_another_threshold_makes_unsure_or_takes_it_back() -> None:
    strict = "gateway: {classifier: {unsure_below: 0.8}}"
    assert labels(again(BASE, strict).after)["intent"] == "unsure"
    unsure = {**BASE, "intent": "unsure", "seen": {"best": "math"}}
    assert labels(again(unsure, "gateway: {classifier: {unsure_below: 0.5}}").after)["intent"] == "math"
    assert labels(again(unsure).after)["intent"] == "unsure"


def test_an_instant_answer_stays_unless_switched_off() -> None:
    row = {**BASE, "seen": {"instant": "instant"}}
    assert labels(again(row).after)["instant"] == "instant"
    assert labels(again(row, "gateway: {instant: {enabled: false}}").after)["instant"] == "none"


def test_refusals_by_a_key_are_not_replayed() -> None:
    assert asked_again({**BASE, "denied_by": "key_limits"}, spec(), spec()) is None


def test_extractors_give_back_what_they_were_given() -> None:
    known = extractors((Signal("intent", "math"),))
    assert (known[0].name, known[0].extract(facts()).label) == ("intent", "math")
