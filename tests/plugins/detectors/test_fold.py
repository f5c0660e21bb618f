import pytest

from plugins.detectors.fold import fold, lower


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain", "plain"),
        ("４１", "41"),
        ("٤١", "41"),
        ("a\u00a0b", "a b"),
        ("1‑2–3—4", "1-2-3-4"),
        ("АСМЕ", "ACME"),
        ("Ｊｏ＠ｘ", "Jo@x"),
        ("zürich", "zürich"),
    ],
)
def test_plain_forms(text: str, plain: str) -> None:
    assert fold(text) == (plain, None)


def test_what_is_invisible_goes_and_places_are_kept() -> None:
    assert fold("a\u200bb\u00adc") == ("abc", [0, 2, 4])


@pytest.mark.parametrize("text", ["ABC", "İstanbul", "ΛΕΥΚΩΣΙΑ", ""])
def test_lower_keeps_the_length(text: str) -> None:
    assert len(lower(text)) == len(text)
