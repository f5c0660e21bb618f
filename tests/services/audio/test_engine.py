"""Segments: moved in time, measured."""

from __future__ import annotations

import pytest

from services.audio.engine import Segment, Word


def test_a_segment_is_moved_with_its_words_and_stays_inside() -> None:
    segment = Segment(" a b", 1.0, 5.0, (7,), -0.5, (Word("a", 1.0, 2.0), Word("b", 2.0, 5.0)))
    moved = segment.moved(30.0, 34.0)
    assert (moved.start, moved.end, moved.tokens, moved.avg_logprob) == (31.0, 34.0, (7,), -0.5)
    assert [(w.text, w.start, w.end) for w in moved.words] == [("a", 31.0, 32.0), ("b", 32.0, 34.0)]


def test_repetitions_compress_well() -> None:
    assert Segment("", 0, 0).compression_ratio == 0
    assert Segment("la la " * 50, 0, 1).compression_ratio > 5
    assert Segment("A quick word.", 0, 1).compression_ratio == pytest.approx(0.6, abs=0.1)
