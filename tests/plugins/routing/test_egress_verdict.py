"""A verdict is taken as signed, in time and untouched, or not at all."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from plugins.routing.egress_verdict import LIFETIME_S, BadVerdictError, EgressVerdict, sign, verify
from plugins.routing.types import DataClass

KEY, NOW = b"a key of the tests", 1_800_000_000.0
GOOD = EgressVerdict("d1", "public", "cloud", "k1", "id-far", NOW, NOW + LIFETIME_S, "n" * 24, "declared")


def reason(text: str | None, now: float = NOW + 1, key: bytes = KEY) -> str:
    with pytest.raises(BadVerdictError) as caught:
        verify(text, key, now)
    return caught.value.reason


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def resigned(**changes: Any) -> str:
    """Anything at all, well signed."""
    return sign(GOOD, KEY) if not changes else sign(replace(GOOD, **changes), KEY)


def test_round_trip() -> None:
    text = sign(GOOD, KEY)
    assert verify(text, KEY, NOW + 1) == GOOD
    assert verify(text, KEY, NOW + 1).level is DataClass.PUBLIC
    assert text.isascii()
    assert len(text) < 600


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "missing"),
        ("", "missing"),
        ("x", "malformed"),
        ("v1.a", "malformed"),
        ("v1.a.b.c", "malformed"),
        ("v2." + sign(GOOD, KEY)[3:], "malformed"),
        (sign(GOOD, KEY) + "=", "malformed"),
        (sign(GOOD, KEY) + "é", "malformed"),
        ("v1." + "A" * 3000 + ".A", "malformed"),
        (sign(GOOD, b"another key"), "forged"),
        (f"v1.{packed(asdict(GOOD))}.", "forged"),
        (
            f"v1.{packed({**asdict(GOOD), 'data_class': 'public', 'zone': 'x'})}.{sign(GOOD, KEY).split('.')[2]}",
            "forged",
        ),
    ],
)
def test_what_is_not_signed_is_not_taken(text: str | None, why: str) -> None:
    assert reason(text) == why


@pytest.mark.parametrize("position", range(0, 400, 7))
def test_no_character_can_be_changed(position: int) -> None:
    text = sign(GOOD, KEY)
    at = position % len(text)
    other = "A" if text[at] != "A" else "B"
    assert reason(text[:at] + other + text[at + 1 :]) in ("forged", "malformed")


@pytest.mark.parametrize(
    ("now", "why"),
    [(NOW + LIFETIME_S, "expired"), (NOW + 1e6, "expired"), (NOW - 60, "not_yet")],
)
def test_only_in_its_time(now: float, why: str) -> None:
    assert reason(sign(GOOD, KEY), now) == why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"expires": NOW + LIFETIME_S + 1}, "expired"),
        ({"data_class": "publik"}, "malformed"),
        ({"nonce": "short"}, "malformed"),
        ({"nonce": "with space" * 3}, "malformed"),
        ({"zone": 3}, "malformed"),
        ({"issued": "now"}, "malformed"),
        ({"issued": True}, "malformed"),
        ({"expires": float("nan")}, "expired"),
    ],
)
def test_a_signed_one_must_be_whole(changes: dict[str, Any], why: str) -> None:
    assert reason(resigned(**changes)) == why


def test_an_empty_key_is_never_used() -> None:
    with pytest.raises(ValueError, match="empty"):
        sign(GOOD, b"")
    with pytest.raises(ValueError, match="empty"):
        verify(sign(GOOD, KEY), b"", NOW + 1)
