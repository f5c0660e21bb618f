from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.config.gateway import read_gateway
from plugins.routing.config.problems import Findings, dotted
from plugins.routing.config.spec import DEFAULT_CAPABILITIES, DEFAULT_INTENTS, GatewaySpec
from plugins.routing.types import DataClass, Tier


def problems_of(section: object) -> list[str]:
    findings = Findings()
    read_gateway(section, findings)
    return [f"{dotted(path)}: {message}" for path, message in findings.errors]


@pytest.mark.parametrize("section", [None, {}, {"capabilities": None, "boundary": None, "intents": {}}])
def test_an_empty_section_is_the_shipped_one(section: Any) -> None:
    findings = Findings()
    assert read_gateway(section, findings) == GatewaySpec()
    assert findings.errors == []


def test_what_is_left_out_takes_the_default_entry_by_entry() -> None:
    spec = read_gateway(
        {
            "intents": {"coding": "frontier"},
            "capabilities": {"auto": None, "mine": {"max_tier": "large"}},
            "boundary": {"zones": {"site": "internal"}},
        },
        Findings(),
    )
    assert spec.intents == {**DEFAULT_INTENTS, "coding": Tier.FRONTIER}
    assert set(spec.capabilities) == {*DEFAULT_CAPABILITIES, "mine"}
    assert spec.boundary.zones == {
        "local": DataClass.RESTRICTED,
        "cloud": DataClass.PUBLIC,
        "site": DataClass.INTERNAL,
    }


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"intents": {"codng": "large"}}, ["gateway.intents.codng: unknown intent", 'did you mean "coding"?']),
        ({"boundary": {"zones": {"unknown": "public"}}}, ["boundary.zones.unknown", "reserved"]),
        ({"capabilities": {"x": {"intent": "cod"}}}, ["capabilities.x.intent: unknown intent"]),
        ({"capabilities": {"x": {"locations": ["mars"]}}}, ["x.locations[0]", 'location "mars" (valid: local, cloud)']),
        ({"capabilities": {"x": {"locations": []}}}, ["x.locations: is empty"]),
        ({"capabilities": {"x": {"modalities": ["smell"]}}}, ["x.modalities", "text, image, audio, file"]),
        ({"capabilities": {"x": {"min_tier": "large", "max_tier": "small"}}}, ["x.min_tier", "above max_tier small"]),
        ({"capabilities": {"x": {"mode": "sing"}}}, ["x.mode", "chat, completion"]),
        ({"capabilities": {"a,b": {}}}, ["is not a model name"]),
        ({"capabilities": {"x": {"deadline_ms": 0}}}, ["x.deadline_ms", "more than 0"]),
        ({"discovery": {"ollama": ["localhost"]}}, ["discovery.ollama[0]", "base URL"]),
        ({"health": {"cooldown_s": -1}}, ["health.cooldown_s", "at least 0"]),
        ({"nonsense": 1}, ["gateway.nonsense: unknown key"]),
        ("auto", ["gateway: must be a mapping"]),
    ],
)
def test_what_does_not_fit_together(section: object, words: list[str]) -> None:
    (problem,) = problems_of(section)
    for word in words:
        assert word in problem
