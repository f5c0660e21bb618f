import pytest

from plugins.detectors.names.artefact import load_model
from plugins.detectors.names.prose import Prose
from plugins.detectors.scanner import Scanner

SCANNER = Scanner((), (Prose(load_model()[0]),))


def found(text: str) -> list[tuple[str, str]]:
    return [(s.type, text[s.start : s.end]) for s in SCANNER.scan(text)]


@pytest.mark.parametrize(
    ("text", "type_", "piece"),
    [
        ("Please ask Margaret Thornton about it.", "person", "Margaret Thornton"),
        ("Dr. Okonkwo will see you now.", "person", "Okonkwo"),
        ("Ich heiße Sabine Kellermann.", "person", "Sabine Kellermann"),
        ("Je m'appelle Camille Durand.", "person", "Camille Durand"),
        ("Me llamo Lucía Fernández.", "person", "Lucía Fernández"),
        ("we live in Helsinki now", "gpe", "Helsinki"),
        ("My father is 81 years old.", "age", "81"),
        ("our zip code is 90210", "zip_code", "90210"),
    ],
)
def test_found(text: str, type_: str, piece: str) -> None:
    assert (type_, piece) in found(text)


def test_an_address_in_lines() -> None:
    types = {type_ for type_, _ in found("Jane Whitfield\n12 Oak Lane\nBristol\nUnited Kingdom")}
    assert {"person", "street_address", "gpe"} <= types


@pytest.mark.parametrize(
    "text",
    [
        "How do I reset my password?",
        "Write a poem about the sea.",
        "The meeting is late because nobody came.",
        "Thank you, sir, that helped!",
        "I don't know what you mean!!!",
        "Merge two sorted lists in Python, with tests.",
        "",
    ],
)
def test_not_found(text: str) -> None:
    assert found(text) == []


def test_places_hold_with_invisible_signs_and_across_pieces() -> None:
    assert ("person", "Margaret\u200b Thornton") in found("Please ask Margaret\u200b Thornton about it.")
    long = "so it goes. " * 4_000 + "Please ask Margaret Thornton about it."
    assert ("person", "Margaret Thornton") in found(long)
