import time
from pathlib import Path

import pytest

from plugins.detectors.terms import Terms, TermsError, read_terms
from tests.plugins.detectors.support import pieces

TERMS = Terms(["Project Bluebird", "ACME", "Zürich Ost", "r&d-7", "株式会社"])


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("about project bluebird?", "project bluebird"),
        ("PROJECT   BLUEBIRD!", "PROJECT   BLUEBIRD"),
        ("project\nbluebird", "project\nbluebird"),
        ("(Acme)", "Acme"),
        ("ＡＣＭＥ", "ＡＣＭＥ"),
        ("AСME", "AСME"),  # a Cyrillic С
        ("A\u200bCME", "A\u200bCME"),
        ("in zürich ost.", "zürich ost"),
        ("the R&D-7 lab", "R&D-7"),
    ],
)
def test_found(text: str, piece: str) -> None:
    assert pieces(TERMS, text) == [piece]


@pytest.mark.parametrize("text", ["acmeology", "placme", "project blue bird", "projects bluebird", ""])
def test_only_whole_words(text: str) -> None:
    assert pieces(TERMS, text) == []


def test_a_hundred_thousand_terms_cost_no_more_than_one() -> None:
    many = Terms(f"client number {n}" for n in range(100_000))
    text = "nothing of that here, client number minus one; " * 2_000
    began = time.perf_counter()
    assert list(many.find(_view(text))) == []
    assert time.perf_counter() - began < 1.0
    assert pieces(many, "for Client Number 99999.") == ["Client Number 99999"]


def test_a_file_of_terms(tmp_path: Path) -> None:
    file = tmp_path / "clients.txt"
    file.write_text("# clients\nGlobex\n\n  Initech  \n")
    assert list(read_terms(file)) == ["Globex", "Initech"]
    with pytest.raises(TermsError, match=r"none\.txt"):
        read_terms(tmp_path / "none.txt")


def _view(text: str):  # type: ignore[no-untyped-def]
    from plugins.detectors.scanner import view_of

    return view_of(text)
