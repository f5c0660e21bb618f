import pytest

from plugins.detectors.lexicon import Lexicon
from plugins.detectors.span import Span
from plugins.detectors.windows import AFTER, BEFORE, Stretches

FILLER = "so the report is late again and nobody knows why " * 30


def test_nothing_suspicious_leaves_nothing() -> None:
    assert Stretches(Lexicon().read(FILLER)).text == ""
    assert Stretches(Lexicon().read("")).text == ""


@pytest.mark.parametrize("text", [f"4111 {FILLER}", f"{FILLER}\n4111", f"{FILLER}4111 x {FILLER} 4222", "4111"])
def test_what_is_left_has_its_place_in_the_whole(text: str) -> None:
    left = Stretches(Lexicon().read(text))
    for number in ("4111", "4222"):
        if number in text:
            at = left.text.index(number)
            moved = left.moved(Span(at, at + 4, "x"))
            assert text[moved.start : moved.end] == number
    assert len(left.text) <= 2 * (BEFORE + AFTER + 40)


def test_words_around_are_kept_whole() -> None:
    left = Stretches(Lexicon().read(f"{FILLER}my card number is 4111 thanks {FILLER}"))
    assert "my card number is 4111 thanks so the report" in left.text
    assert left.text.split()[0] in FILLER.split()


def test_a_text_of_numbers_is_taken_whole() -> None:
    text = "12 34 " * 100
    assert Stretches(Lexicon().read(text)).text == text
