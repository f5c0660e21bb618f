"""What crosses the wall, by name."""

from __future__ import annotations

import pytest

from services.egress.headers import HELD_BACK, incoming, outgoing, smuggled


def test_only_what_may_leave_leaves_and_the_targets_own_wins() -> None:
    raw = [
        (b"Host", b"evil.example"),
        (b"Authorization", b"Bearer client"),
        (b"x-api-key", b"client"),
        (b"Api-Key", b"client"),
        (b"x-goog-api-key", b"client"),
        (b"Cookie", b"a=b"),
        (b"X-Signalbox-Verdict", b"v1.x.y"),
        (b"X-Forwarded-For", b"10.0.0.1"),
        (b"Proxy-Authorization", b"Basic x"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Upgrade", b"h2c"),
        (b"x-anything", b"text that would leave"),
        (b"Content-Type", b"application/json"),
        (b"Content-Length", b"12"),
        (b"anthropic-version", b"2023-06-01"),
        (b"User-Agent", b"theirs"),
    ]
    assert outgoing(raw, {"authorization": "Bearer real", "user-agent": "fixed"}) == [
        ("content-type", "application/json"),
        ("content-length", "12"),
        ("anthropic-version", "2023-06-01"),
        ("authorization", "Bearer real"),
        ("user-agent", "fixed"),
    ]


def test_what_connection_names_stays() -> None:
    raw = [(b"Connection", b"close, Content-Type"), (b"content-type", b"x"), (b"accept", b"*/*")]
    assert outgoing(raw, {}) == [("accept", "*/*")]


def test_answers_lose_what_is_of_one_connection_or_leads_elsewhere() -> None:
    raw = [(name.encode(), b"x") for name in sorted(HELD_BACK)]
    kept = [(b"Content-Type", b"text/event-stream"), (b"Content-Encoding", b"gzip"), (b"retry-after", b"7")]
    assert incoming([*raw, *kept]) == [(name.lower(), value) for name, value in kept]


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ([(b"content-length", b"3")], False),
        ([(b"transfer-encoding", b"chunked")], False),
        ([], False),
        ([(b"Content-Length", b"3"), (b"content-length", b"3")], True),
        ([(b"content-length", b"3"), (b"Transfer-Encoding", b"chunked")], True),
        ([(b"content-length", b"+3")], True),
        ([(b"content-length", b"3, 3")], True),
    ],
)
def test_framing_that_says_two_things(raw: list[tuple[bytes, bytes]], wrong: bool) -> None:
    assert smuggled(raw) is wrong
