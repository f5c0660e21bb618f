"""One policy against another, on the same requests."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.assembly import replay_router
from plugins.routing.config.load import parse_config
from plugins.routing.preview import Preview, loosened, means_of, preview
from plugins.routing.replay import asked_again

MODELS = """
model_list:
- {model_name: small, litellm_params: {model: ollama/s}, model_info: {location: local, tier: small, id: s}}
- {model_name: large, litellm_params: {model: ollama/l}, model_info: {location: local, tier: large, id: l}}
- model_name: far
  litellm_params: {model: anthropic/f}
  model_info: {location: cloud, tier: frontier, id: f, input_cost_per_token: 0.00001, output_cost_per_token: 0.00001}
"""
PRESENT = MODELS + "gateway: {}\n"


def row(intent: str, group: str, tier: str, latency: float, **changes: Any) -> dict[str, Any]:
    return {
        "request_id": "r", "route": "/v1/chat/completions", "capability": "auto", "denied_by": None, "intent": intent,
        "confidence": 0.9, "data_class": "internal", "tokens": 500, "tokens_in": 600, "tokens_out": 400,
        "seen": {"why": "default"}, "model_group": group, "tier": tier, "latency_ms": latency, "status": 200, **changes,
    }  # fmt: skip


ROWS = [
    row("question", "small", "small", 100.0),
    row("question", "small", "small", 300.0),
    row("coding", "large", "large", 1000.0),
    row("reasoning", "far", "frontier", 3000.0, data_class="public", seen={"why": "declared"}),
]


def compared(after: str, rows: list[dict[str, Any]] = ROWS) -> Preview:
    old, new = (parse_config(text, "x.yaml") for text in (PRESENT, after))
    asked = [one for r in rows if (one := asked_again(r, old.spec, new.spec))]
    return preview(replay_router(old), replay_router(new), asked, means=means_of(rows))


def test_the_same_policy_changes_nothing() -> None:
    same = compared(PRESENT)
    assert (same.flips, same.crossings, same.loosened, same.regresses) == ((), (), (), False)
    assert same.before == same.after
    assert same.after.shares == {"small": 0.5, "large": 0.25, "frontier": 0.25}
    assert same.after.latency.ms == pytest.approx(0.5 * 200 + 0.25 * 1000 + 0.25 * 3000)
    assert same.after.cost_usd == pytest.approx(1000 * 10 / 1e6)


def test_another_table_of_intents_moves_requests() -> None:
    moved = compared(MODELS + "gateway: {intents: {coding: small, reasoning: large}}\n")
    assert moved.after.shares == {"small": 0.75, "large": 0.25}
    assert moved.after.cost_usd == 0
    assert moved.after.latency.ms == pytest.approx(0.75 * 200 + 0.25 * 1000)
    assert {(flip.intent, flip.before, flip.after) for flip in moved.flips} == {
        ("coding", "large (local, large)", "small (local, small)"),
        ("reasoning", "far (cloud, frontier)", "large (local, large)"),
    }
    assert not moved.regresses


def test_a_wider_zone_is_a_regression_with_and_without_requests() -> None:
    wider = MODELS + "gateway: {boundary: {zones: {local: restricted, cloud: internal}}}\n"
    found = compared(wider)
    assert found.loosened == ("zones.cloud: public -> internal",)
    assert {(c.count, c.data_class, c.model_group, c.location) for c in found.crossings} == {
        (3, "internal", "far", "cloud")
    }
    assert compared(wider, []).regresses


def test_a_cloud_that_is_called_a_site_is_a_regression() -> None:
    zones = "gateway: {boundary: {zones: {site: restricted}}}"
    found = compared(PRESENT.replace("location: cloud", "location: site").replace("gateway: {}", zones))
    assert [(c.data_class, c.model_group, c.location) for c in found.crossings] == [("internal", "far", "site")]


def test_refusals_are_counted_and_flip() -> None:
    nowhere = PRESENT.replace("location: local", "location: cloud")
    found = compared(nowhere)
    assert (found.after.served, found.after.refused) == (1, 3)
    assert {flip.after for flip in found.flips} == {"refused by data_boundary"}


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        ("default_class: public", "default_class: internal -> public"),
        ("detectors: {iban_code: public}", "detectors.iban_code: restricted -> public"),
        ("combination: public", "combination: restricted -> public"),
        ("conversation: 'off'", "conversation: sticky -> off"),
        ("prose: false", "prose: true -> false"),
        ("mentions: [age, person]", "mentions: person added"),
        ("exempt: {team-1: [image]}", "exempt.team-1: image added"),
        ("default_class: restricted", None),
    ],
)
def test_every_weaker_key_is_named(boundary: str, said: str | None) -> None:
    before, after = (parse_config(f"gateway: {{boundary: {{{text}}}}}", "x.yaml").spec for text in ("", boundary))
    assert loosened(before, after) == ((said,) if said else ())


def test_a_lost_term_is_weaker() -> None:
    before, after = (parse_config(f"gateway: {{boundary: {{terms: {t}}}}}", "x.yaml").spec for t in ("[blue]", "[]"))
    assert loosened(before, after) == ("terms: an entry is gone",)
