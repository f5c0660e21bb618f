import pytest

from plugins.detectors.names.tokens import LABELS, tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Anna's dog", ["Anna", "'", "s", "dog"]),
        ("don't we'll", ["don't", "we'll"]),
        ("12 Main St.\nOslo", ["12", "Main", "St", ".", "\n", "Oslo"]),
        ("Jean-Luc_x9", ["Jean", "-", "Luc", "_", "x", "9"]),
        ("Żółć Ελένη", ["Żółć", "Ελένη"]),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    found, places = tokens(text)
    assert found == words
    assert [text[a:b] for a, b in places] == words


def test_nothing_is_the_first_label() -> None:
    assert LABELS[0] == "O"
    assert len(set(LABELS)) == len(LABELS)
