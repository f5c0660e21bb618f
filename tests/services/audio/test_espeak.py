"""The real espeak-ng from its wheel."""

from __future__ import annotations

import numpy as np
import pytest

from services.audio.espeak import FASTEST, SLOWEST, EspeakError, shared


def test_it_speaks_and_speed_changes_the_length() -> None:
    speaker = shared()
    assert speaker is shared()
    lengths = [len(speaker.say("One two three four five.", "en-us", s)) for s in (SLOWEST, 1.0, FASTEST)]
    assert lengths[0] > 1.5 * lengths[1] > 1.5 * 1.5 * lengths[2]
    samples = np.frombuffer(speaker.say("Hello", "en-us", 1.0), np.int16)
    assert np.abs(samples).max() > 2000
    assert 0.2 < len(samples) / speaker.rate < 2


def test_what_is_spoken_does_not_depend_on_what_was_before() -> None:
    speaker = shared()
    first = speaker.say("Good morning.", "de", 1.0)
    speaker.say("Good evening.", "en-us+m3", 2.0)
    assert len(speaker.say("Good morning.", "de", 1.0)) == pytest.approx(len(first), rel=0.02)  # its noise is random
    assert speaker.say("a\0b", "en-us", 1.0)


def test_an_unknown_voice_is_an_error() -> None:
    with pytest.raises(EspeakError, match="xx-none"):
        shared().say("Hello", "xx-none", 1.0)
