"""Subtitle files to the byte; parsers read them in ``tests/services/audio/test_formats.py``."""

from __future__ import annotations

import pytest

from services.common.subtitles import srt, vtt


@pytest.mark.parametrize(
    ("cue", "times"),
    [
        ((0.0, 1.5, "a"), "00:00:00,000 --> 00:00:01,500"),
        ((59.9996, 60.0, "a"), "00:01:00,000 --> 00:01:00,000"),
        ((3661.25, 36_000.0, "a"), "01:01:01,250 --> 10:00:00,000"),
        ((-1.0, 0.0004, "a"), "00:00:00,000 --> 00:00:00,000"),
    ],
)
def test_times(cue: tuple[float, float, str], times: str) -> None:
    assert srt([cue]) == f"1\n{times}\na\n\n"
    assert vtt([cue]) == f"WEBVTT\n\n{times.replace(',', '.')}\na\n\n"


def test_nothing_in_a_text_can_end_a_cue() -> None:
    assert srt([(0, 1, " a\n\n2 --> b "), (1, 2, "c")]).count("\n\n") == 2
    assert " a " not in srt([])
    assert vtt([]) == "WEBVTT\n\n"
