import base64
import time
from itertools import pairwise

import pytest

from plugins.detectors.cards import Cards
from plugins.detectors.scanner import CHUNK, OVERLAP, DetectionTimeout, Scanner, chunks, structured
from plugins.detectors.span import Span, View

CARD = "4111 1111 1111 1111"


def test_the_literal_list_finds_one_of_each() -> None:
    text = (
        f"{CARD}, DE89370400440532013000, jo@acme.org, +49 30 901820, 10.1.2.3, password: Tr0ub4dor&3, SSN 536-22-1234"
    )
    types = [s.type for s in Scanner(structured()).scan(text)]
    assert types == ["credit_card", "iban_code", "email_address", "phone_number", "ip_address", "secret", "us_ssn"]


@pytest.mark.parametrize("at", [0, CHUNK - 10, CHUNK, CHUNK - OVERLAP, 3 * CHUNK - 7])
def test_a_value_at_any_place_is_found_once(at: int) -> None:
    text = "word " * (at // 5) + CARD + " word" * 100
    assert [text[s.start : s.end] for s in Scanner((Cards(),)).scan(text)] == [CARD]


@pytest.mark.parametrize("length", [0, 1, CHUNK, CHUNK + 1, 5 * CHUNK + 3])
def test_chunks_cover_the_text_and_overlap(length: int) -> None:
    pieces = list(chunks(length))
    assert pieces[0][0] == 0
    assert pieces[-1][1] == length
    assert all(b - OVERLAP == a for (_, b), (a, _) in pairwise(pieces))


@pytest.mark.parametrize(("times", "found"), [(1, True), (2, True), (3, False)])
def test_base64_within_base64_is_undone_twice(times: int, found: bool) -> None:
    blob = f"my card is {CARD} as you know"
    for _ in range(times):
        blob = base64.b64encode(blob.encode()).decode()
    assert bool(Scanner((Cards(),)).scan(blob)) is found


def test_a_passed_deadline_raises() -> None:
    with pytest.raises(DetectionTimeout):
        Scanner((Cards(),)).scan(CARD, deadline=time.monotonic() - 1)


def test_a_failing_detector_is_not_swallowed() -> None:
    class Broken:
        def find(self, view: View) -> list[Span]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Scanner((Broken(),)).scan("4")


def _seconds(text: str) -> float:
    scanner = Scanner(structured())
    best = 9.0
    for _ in range(3):
        began = time.process_time()
        scanner.scan(text)
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize(
    "piece", ["plain words and 12 more. ", "1", "1 ", "a@", "aaaa ", "GB82 ", "://", "-", "eyJ", "4111 "]
)
def test_time_grows_with_the_length_only(piece: str) -> None:
    short, long = piece * (20_000 // len(piece)), piece * (160_000 // len(piece))
    assert _seconds(long) < 8 * 3 * max(_seconds(short), 0.004)
