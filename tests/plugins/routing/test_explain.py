from __future__ import annotations

import json

from plugins.routing.explain import explain, fallback_groups, pretty, reasons
from plugins.routing.types import Decision, Signal, Tier, Verdict
from tests.plugins.routing.make import CLOUD, LARGE, SMALL, deployment

SIGNALS = (
    Signal("intent", "coding", 0.91239, {"truncated_chars": 12}),
    Signal("data_class", "public"),
    Signal("instant", "none"),
    Signal("size", "small"),
)
DECISION = Decision(
    "dec_1",
    "auto",
    SIGNALS,
    (Verdict("capability", "require", ("a",), "3 of 3"), Verdict("health", "prefer", ("a",), "")),
    SMALL,
    (deployment("small", id="small-2"), LARGE, CLOUD, LARGE),
    needed=Tier.LARGE,
    degraded=True,
)
REFUSED = Decision(
    "dec_2",
    "auto",
    (Signal("intent", None), Signal("instant", "instant", 0.5)),
    (Verdict("data_boundary", "require", (), "short"),),
    None,
    denied_by="data_boundary",
    denied_reason="the long message",
    needed=Tier.LARGE,
)


def test_the_keys_are_exactly_those_of_the_issue() -> None:
    assert explain(DECISION) == {
        "intent": "coding",
        "confidence": 0.9124,
        "data_class": "public",
        "tier": "small",
        "chosen": "small",
        "fallbacks": ["large", "cloud"],
        "denied_by": None,
        "reasons": [
            "intent: coding (0.91); 12 characters in the middle were not read",
            "data_class: public",
            "capability: 3 of 3",
        ],
    }
    assert json.loads(json.dumps(explain(DECISION))) == explain(DECISION)


def test_a_refusal() -> None:
    told = explain(REFUSED)
    assert (told["chosen"], told["fallbacks"], told["denied_by"]) == (None, [], "data_boundary")
    assert (told["intent"], told["confidence"], told["data_class"], told["tier"]) == (None, None, "restricted", "large")
    assert reasons(REFUSED) == [
        "intent: could not tell, so the most restricted case holds",
        "instant: instant knows this (0.50)",
        "data_boundary: the long message",
    ]


def test_a_person_can_read_it() -> None:
    assert pretty(DECISION).splitlines()[0] == "auto -> small [small-1] at local, tier small (degraded)"
    assert pretty(DECISION).splitlines()[-1] == "  then: large, cloud"
    assert pretty(REFUSED).startswith("auto -> refused by data_boundary")


def test_fallback_groups_are_each_named_once() -> None:
    assert fallback_groups(DECISION) == ("large", "cloud")
    assert fallback_groups(REFUSED) == ()
