import pytest
from stdnum.cn import ric

from plugins.detectors.national_ids import KINDS, NationalIds
from tests.plugins.detectors.support import found


@pytest.mark.parametrize(
    ("text", "type_", "piece"),
    [
        ("it is 536-22-1234", "us_ssn", "536-22-1234"),
        ("SSN 536 22 1234", "us_ssn", "536 22 1234"),
        ("my social security number: 536221234", "us_ssn", "536221234"),
        ("NHS number 943 476 5919", "national_id", "943 476 5919"),
        ("my NI number is AB 12 34 56 C", "national_id", "AB 12 34 56 C"),
        ("Steuer-ID 36 574 261 809", "national_id", "36 574 261 809"),
        ("Numéro de sécurité sociale 2 95 10 99 126 111 93", "national_id", "2 95 10 99 126 111 93"),
        ("DNI 54362315K", "national_id", "54362315K"),
        ("NIE X-2482300W", "national_id", "X-2482300W"),
        ("codice fiscale RCCMNL83S18D969H", "national_id", "RCCMNL83S18D969H"),
        ("RCCMNL83S18D969H", "national_id", "RCCMNL83S18D969H"),
        ("mijn BSN is 111222333", "national_id", "111222333"),
        ("PESEL: 83010411457", "national_id", "83010411457"),
        ("CPF 390.533.447-05", "national_id", "390.533.447-05"),
        ("personnummer 880320-0016", "national_id", "880320-0016"),
        ("AHV 756.9217.0769.85", "national_id", "756.9217.0769.85"),
    ],
)
def test_found(text: str, type_: str, piece: str) -> None:
    assert (type_, piece) in found(NationalIds(), text)


@pytest.mark.parametrize(
    "text",
    [
        "000-12-3456",  # never issued
        "order 536221234 has shipped",  # nine digits without a word
        "BSN 111222334",  # check digit
        "DNI 54362315A",
        "83010411457 units",
        "call 943 476 5919",
    ],
)
def test_not_found(text: str) -> None:
    assert found(NationalIds(), text) == []


def test_a_region_that_the_library_cannot_describe_does_not_break_the_text() -> None:
    with pytest.raises(KeyError):
        ric.is_valid("65999919900101123X")
    assert found(NationalIds(), "id 65999919900101123X") == [("national_id", "65999919900101123X")]


def test_every_kind_names_a_check_of_the_library_or_none() -> None:
    assert len(NationalIds()._kinds) == len(KINDS) > 20
