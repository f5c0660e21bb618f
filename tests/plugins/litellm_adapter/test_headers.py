"""x-signalbox-* headers."""

from __future__ import annotations

from plugins.litellm_adapter.headers import BASIC, MAX_REASON, headers_of
from plugins.litellm_adapter.trace import Trace
from plugins.routing.types import Tier, Verdict
from tests.plugins.litellm_adapter.facts import BIG, SMALL, decision, trace


def test_nothing_decided_nothing_told() -> None:
    assert headers_of(Trace()) == {}


def test_a_served_request() -> None:
    told = headers_of(trace(served=SMALL))
    assert told == {
        "x-signalbox-intent": "question",
        "x-signalbox-data-class": "internal",
        "x-signalbox-tier": "small",
        "x-signalbox-deployment": "dep-small",
        "x-signalbox-location": "local",
        "x-signalbox-reason": "smallest that does it",
        "x-signalbox-decision-id": "dec_1",
    }


def test_a_fallback_names_who_served() -> None:
    told = headers_of(trace(served=BIG))
    assert told["x-signalbox-deployment"] == "dep-big"
    assert told["x-signalbox-tier"] == "large"
    assert told["x-signalbox-reason"].startswith("fallback from small")


def test_below_the_need_is_degraded() -> None:
    assert headers_of(trace(served=SMALL, decision=decision(needed=Tier.LARGE)))["x-signalbox-degraded"] == "true"


def test_basic_discloses_no_class_and_no_place() -> None:
    assert set(headers_of(trace(served=SMALL, full_headers=False))) <= set(BASIC)


def test_a_refusal_names_no_deployment_and_a_reason_stays_one_short_line() -> None:
    refused = decision(chosen=None, fallbacks=(), denied_by="data_boundary", denied_reason="no\r\nx: y " + "é" * 999)
    told = headers_of(trace(decision=refused))
    assert "x-signalbox-deployment" not in told
    assert "\n" not in told["x-signalbox-reason"]
    assert len(told["x-signalbox-reason"]) <= MAX_REASON
    assert told["x-signalbox-reason"].isascii()


def test_reasons_of_all_policies_are_joined() -> None:
    verdicts = tuple(Verdict(n, "require", (), n) for n in ("a", "b"))
    assert headers_of(trace(decision=decision(verdicts=verdicts)))["x-signalbox-reason"] == "a; b"
