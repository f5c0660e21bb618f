"""Long recordings are cut in silences, and nothing is lost."""

from __future__ import annotations

import tempfile

import numpy as np

from services.audio.engine import RATE
from services.audio.recording import Recording
from services.audio.silence import WINDOW, cut, windows


def _speechlike(seconds: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Vowel-like sound, which the detector takes for speech."""
    time = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * 140 * n * time) / n for n in range(1, 25))
    return np.asarray(0.2 * wave * (1 + 0.3 * np.sin(2 * np.pi * 5 * time)), dtype=np.float32)


def test_the_cut_is_in_the_middle_of_the_longest_silence_of_the_second_half() -> None:
    piece = _speechlike(30)
    for start, length in ((5, 4), (18, 0.5), (24, 2)):
        piece[int(start * RATE) : int((start + length) * RATE)] = 0
    assert abs(cut(piece) / RATE - 25) < 0.3


def test_without_a_silence_it_is_where_it_is_quietest() -> None:
    piece = _speechlike(30)
    piece[20 * RATE : 21 * RATE] *= 0.2
    assert 19.9 < cut(piece) / RATE < 21.1


def test_windows_together_are_the_recording() -> None:
    samples = np.concatenate([_speechlike(28), np.zeros(RATE, np.float32), _speechlike(40)])
    with tempfile.TemporaryFile() as file:
        file.write((samples * 20_000).astype("<i2").tobytes())
        recording = Recording(file, len(samples))
        pieces = list(windows(recording))
        whole = recording.read(0, len(samples))
    assert np.array_equal(np.concatenate([p for _, p in pieces]), whole)
    assert all(len(p) <= WINDOW for _, p in pieces)
    assert pieces[0][0] == 0
    assert abs(pieces[1][0] - 28.5) < 0.3
