from __future__ import annotations

import pytest

from plugins.routing.weighted_latency import expected
from services.console.latency_picture import HEIGHT, WIDTH, picture_of


def test_the_area_of_the_blocks_is_l() -> None:
    found = expected({"instant": 10, "small": 60, "large": 30}, {"instant": 4.0, "small": 800.0, "large": 2600.0})
    picture = picture_of(found)
    assert picture.ms == pytest.approx(0.1 * 4 + 0.6 * 800 + 0.3 * 2600)
    assert sum(b.part_ms or 0 for b in picture.blocks) == pytest.approx(picture.ms)
    area = sum(b.width * b.height for b in picture.blocks[1:]) / WIDTH / HEIGHT * picture.top_ms
    assert area == pytest.approx(0.6 * 800 + 0.3 * 2600, rel=1e-3)
    assert (HEIGHT - picture.line) / HEIGHT * picture.top_ms == pytest.approx(picture.ms, rel=1e-3)
    assert picture.blocks[0].height > 1
    assert [b.x for b in picture.blocks] == [0, 60, 420]


def test_a_tier_that_was_not_timed_has_a_width_and_no_height() -> None:
    picture = picture_of(expected({"small": 5, "large": 5}, {"small": 100.0}))
    assert picture.ms == pytest.approx(100.0)
    assert picture.measured_share == 0.5
    assert (picture.blocks[1].height, picture.blocks[1].part_ms) == (0, None)
    assert picture.blocks[0].part_ms == pytest.approx(100.0)


def test_nothing_is_nothing() -> None:
    assert picture_of(expected({}, {})).blocks == ()
    assert picture_of(expected({}, {})).ms is None
