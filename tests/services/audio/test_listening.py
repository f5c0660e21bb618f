"""Windows are heard one after the other, and their times are those of the recording."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

import numpy as np

from services.audio.ears import Ear
from services.audio.engine import RATE, Heard, Samples, Segment, Wish
from services.audio.listening import joined, transcript
from services.audio.recording import Recording


class Counting:
    """Says how long each window was, and remembers what it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[tuple[float, Wish]] = []

    def hear(self, samples: Samples, wish: Wish, stopped: Callable[[], bool]) -> Heard:
        self.asked.append((len(samples) / RATE, wish))
        return Heard((Segment(f" window{len(self.asked)}", 0.5, 99.0),), "nl")

    def close(self) -> None:
        """Nothing to give back."""


async def test_a_recording_of_a_minute() -> None:
    engine = Counting()
    ear = Ear("counting", "counting", lambda: engine, 1, None)
    with tempfile.TemporaryFile() as file:
        file.write(np.zeros(70 * RATE, "<i2").tobytes())
        told = await transcript(ear, Recording(file, 70 * RATE), Wish(prompt="Names: Ada."))
    lengths = [seconds for seconds, _ in engine.asked]
    assert sum(lengths) == 70
    assert len(lengths) == 3 or len(lengths) == 4
    starts = np.cumsum([0, *lengths[:-1]])
    assert [s.start for s in told.segments] == [start + 0.5 for start in starts]
    assert [s.end for s in told.segments] == [start + length for start, length in zip(starts, lengths, strict=True)]
    assert (told.language, told.seconds) == ("nl", 70.0)
    assert told.text.startswith("window1 window2 window3")
    # The language is found once; each window knows what came before.
    assert [wish.language for _, wish in engine.asked[:2]] == [None, "nl"]
    assert [wish.prompt for _, wish in engine.asked[:2]] == ["Names: Ada.", "Names: Ada.  window1"]


def test_segments_carry_their_spaces() -> None:
    assert joined([Segment(" Hello", 0, 1), Segment(" there.", 1, 2)]) == "Hello there."
