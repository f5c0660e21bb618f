import pytest

from plugins.detectors.iban import Ibans
from tests.plugins.detectors.support import pieces


@pytest.mark.parametrize(
    ("text", "iban"),
    [
        ("to GB82WEST12345698765432 now", "GB82WEST12345698765432"),
        ("IBAN: DE89 3704 0044 0532 0130 00, thanks", "DE89 3704 0044 0532 0130 00"),
        ("NL91 ABNA 0417 1643 00 please", "NL91 ABNA 0417 1643 00"),
        ("fr1420041010050500013m02606", "fr1420041010050500013m02606"),
        ("ＤＥ８９370400440532013000", "ＤＥ８９370400440532013000"),
        ("ES91-2100-0418-4502-0005-1332", "ES91-2100-0418-4502-0005-1332"),
    ],
)
def test_found(text: str, iban: str) -> None:
    assert pieces(Ibans(), text) == [iban]


@pytest.mark.parametrize("text", ["GB82WEST12345698765433", "DE89 3704", "AB12 is a seat", "version de12 3456"])
def test_not_found(text: str) -> None:
    assert pieces(Ibans(), text) == []
