from __future__ import annotations

import pytest

from services.console.traffic import HEIGHT, WIDTH, Count, traffic_of


def test_nothing_is_drawn_of_nothing() -> None:
    empty = traffic_of([])
    assert (empty.total, empty.peak, empty.mean_ms, empty.decide_ms, empty.bars) == (0, 0, None, None, ())
    assert {s.fraction for s in empty.shares} == {0.0}


def test_shares_and_means() -> None:
    found = traffic_of(
        [
            Count(0, "small", 3, latency_ms=600, timed=3, decide_us=3000),
            Count(5, "large", 1, latency_ms=1000, timed=1, decide_us=500),
            Count(5, "refused", 4, decide_us=500),
        ]
    )
    assert (found.total, found.refused, found.peak) == (8, 4, 5)
    assert found.mean_ms == pytest.approx(400)
    assert found.decide_ms == pytest.approx(0.5)
    assert {s.label: (s.count, s.fraction, s.mean_ms) for s in found.shares if s.count} == {
        "small": (3, 0.375, 200.0),
        "large": (1, 0.125, 1000.0),
        "refused": (4, 0.5, None),
    }
    assert sum(s.width for s in found.shares) == pytest.approx(WIDTH)


def test_bars_of_a_minute_are_stacked_inside_the_box() -> None:
    bars = traffic_of([Count(59, "small", 1), Count(59, "large", 3), Count(0, "small", 2)]).bars
    last = [b for b in bars if "this minute" in b.title]
    assert [(b.label, b.y, b.height) for b in last] == [
        ("small", HEIGHT * 3 / 4, HEIGHT / 4),
        ("large", 0, HEIGHT * 3 / 4),
    ]
    assert bars[0].title == "2 small, 59 min ago"
    assert all(b.x >= 0 and b.x + b.width <= WIDTH for b in bars)


def test_what_is_unknown_or_outside_is_counted_all_the_same() -> None:
    found = traffic_of([Count(-1, "small", 1), Count(60, "small", 1), Count(3, "who", 1)])
    assert found.total == 3
    assert found.refused == 1
