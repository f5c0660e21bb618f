import threading

import pytest

from plugins.detectors.lexicon import LONGEST, PIECES, WORDS, Lexicon
from plugins.detectors.names.tokens import tokens

TEXTS = [
    "",
    "one",
    "Dear Anna's team,\n\nwe'll come at 9.\tBye!\n",
    "\n\n a  b \t\n",
    "日本語 и русский, ok",
    "x" * LONGEST,
    "\n" * LONGEST,
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda t: repr(t[:20]))
def test_tokens_and_their_places_are_those_of_the_text(text: str) -> None:
    reading = Lexicon().read(text)
    numbers, rows = reading.tokens()
    starts, ends = reading.places(rows)
    words, places = tokens(text)
    assert [reading.generation.names[n] for n in numbers] == words
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == places


def test_a_longer_text_is_refused() -> None:
    with pytest.raises(ValueError, match="give pieces"):
        Lexicon().read("x" * (LONGEST + 1))


def test_memory_is_bounded_and_a_reading_outlives_what_is_forgotten() -> None:
    lexicon = Lexicon()
    early = lexicon.read("an early text")
    for start in range(0, 3 * WORDS, 2_000):
        lexicon.read(" ".join(f"w{n}" for n in range(start, start + 2_000)))
    now = lexicon.read("late").generation
    assert now is not early.generation
    assert len(now.names) <= WORDS
    assert len(now.pieces) <= PIECES
    assert [early.generation.names[n] for n in early.tokens()[0]] == ["an", "early", "text"]


def test_threads_share_one() -> None:
    lexicon, wrong = Lexicon(), []

    def work(seed: int) -> None:
        for n in range(300):
            text = f"shared words {seed * n} and own{n % 40} ones{seed}"
            reading = lexicon.read(text)
            if [reading.generation.names[i] for i in reading.tokens()[0]] != tokens(text)[0]:
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
