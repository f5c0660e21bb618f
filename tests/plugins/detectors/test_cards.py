import pytest

from plugins.detectors.cards import Cards, windows
from tests.plugins.detectors.support import pieces


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("pay with 4111111111111111.", "4111111111111111"),
        ("4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("4111-1111-1111-1111", "4111-1111-1111-1111"),
        ("4111.1111.1111.1111", "4111.1111.1111.1111"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
        ("Amex 378282246310005", "378282246310005"),
        ("5555 5555 5555 4444 exp 12/27", "5555 5555 5555 4444"),
        ("2221000000000009", "2221000000000009"),
        ("6011111111111117", "6011111111111117"),
        ("30569309025904", "30569309025904"),
        ("3530111333300000", "3530111333300000"),
        ("４１１１１１１１１１１１１１１１", "４１１１１１１１１１１１１１１１"),
        ("٤١١١١١١١١١١١١١١١", "٤١١١١١١١١١١١١١١١"),
        ("4111\u200b1111\u200b1111\u200b1111", "4111\u200b1111\u200b1111\u200b1111"),
        ("4111‑1111–1111—1111", "4111‑1111–1111—1111"),
        ("call 555 0100 4111 1111 1111 1111", "4111 1111 1111 1111"),
    ],
)
def test_found(text: str, card: str) -> None:
    assert pieces(Cards(), text) == [card]


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # Luhn fails
        "9999999999999995",  # no such issuer
        "411111111111111",  # too short for its issuer
        "order 1234567812345670 was shipped",  # passes Luhn, no issuer
        "in 2026 we sold 4,111 of 11,111",
        "no digits at all",
    ],
)
def test_not_found(text: str) -> None:
    assert pieces(Cards(), text) == []


def test_windows_are_whole_groups_and_their_number_is_linear() -> None:
    text = " ".join("1" * 4 for _ in range(100))
    found = list(windows(text, 0, len(text), 12, 19))
    assert {len(digits) for _, _, digits in found} == {12, 16}
    assert len(found) < 2 * 100
