import random

import phonenumbers
import pytest

from plugins.detectors.phone import Phones, _possible, _possible_by_length
from tests.plugins.detectors.support import pieces


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+49 30 901820", "+49 30 901820"),
        ("write to +1 (212) 555-0142 soon", "+1 (212) 555-0142"),
        ("0044 20 7946 0958", "0044 20 7946 0958"),
        ("(212) 555-0142", "(212) 555-0142"),
        ("212-555-0142 x99", "212-555-0142 x99"),
        ("call me at 5550142", "5550142"),
        ("Tel.: 0171 2345678", "0171 2345678"),
        ("téléphone 01 42 68 53 00", "01 42 68 53 00"),
        ("020 7946 0958", "020 7946 0958"),
        ("мой телефон 495 123 45 67", "495 123 45 67"),
        ("＋49 30 901820", "＋49 30 901820"),
        ("Rufen Sie 089 636 48018 an", "089 636 48018"),
    ],
)
def test_found(text: str, number: str) -> None:
    assert pieces(Phones(), text) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01",
        "it cost 1 250 000",
        "10.0.0.1",
        "3.14159265",
        "12/05/2026",
        "pages 100-120",
        "1,284.50 EUR",
        "1998-2004",
    ],
)
def test_not_found(text: str) -> None:
    assert pieces(Phones(), text) == []


def test_the_table_of_lengths_says_what_the_library_says() -> None:
    rng, quick = random.Random(4), 0
    codes = list(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    for _ in range(2_000):
        groups = ["".join(rng.choices("0123456789", k=rng.randint(1, 4))) for _ in range(rng.randint(1, 6))]
        text = f"+{rng.choice(codes)}" + "".join(rng.choice(("", " ", "-", ".")) + group for group in groups)
        found = _possible_by_length(text)
        if found is None:
            continue
        quick += 1
        try:
            assert found == phonenumbers.is_possible_number(phonenumbers.parse(text, None)), text
        except phonenumbers.NumberParseException:
            assert not found, text
    assert quick > 1_000


@pytest.mark.parametrize(
    ("text", "possible"),
    [("+49 (0) 30 901820", True), ("0049 30 901820", True), ("+49 030 901820", True), ("+999 1", False)],
)
def test_what_the_table_does_not_cover_is_asked(text: str, possible: bool) -> None:
    assert _possible_by_length(text) is None
    assert _possible(text) is possible
