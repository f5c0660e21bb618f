"""The real pocketsphinx on sentences that flite spoke."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.audio import sphinx
from services.audio.engine import Wish
from services.audio.recording import decoded
from services.audio.sphinx import Sphinx

SPOKEN = Path(__file__).with_name("spoken")


@pytest.fixture(scope="module")
def engine() -> Sphinx:
    return Sphinx()


def test_it_hears_words_with_their_times(engine: Sphinx) -> None:
    with (SPOKEN / "market.flac").open("rb") as file, decoded(file, 60) as recording:
        heard = engine.hear(recording.read(0, recording.samples), Wish(words=True), lambda: False)
        seconds = recording.seconds
    (segment,) = heard.segments
    assert "apples at the market" in segment.text
    assert segment.text.split() == [word.text for word in segment.words]
    assert 0 < segment.words[0].start < segment.words[-1].end <= seconds + 0.1
    assert heard.language == "en"


def test_it_hears_nothing_in_silence_or_when_stopped(engine: Sphinx) -> None:
    assert engine.hear(np.zeros(16_000, np.float32), Wish(), lambda: False).segments == ()
    assert engine.hear(np.zeros(16_000, np.float32), Wish(), lambda: True).segments == ()
    assert sphinx.is_installed()
