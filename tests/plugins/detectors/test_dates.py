import pytest

from plugins.detectors.dates import Dates
from tests.plugins.detectors.support import found


@pytest.mark.parametrize(
    ("text", "type_", "piece"),
    [
        ("born on 3 May 1990", "date_of_birth", "3 May 1990"),
        ("DOB: 05/03/1990", "date_of_birth", "05/03/1990"),
        ("geboren am 3. März 1990", "date_of_birth", "3. März 1990"),
        ("née le 3 février 1990", "date_of_birth", "3 février 1990"),
        ("nacida el 3 de mayo de 1990", "date_of_birth", "3 de mayo de 1990"),
        ("родилась 3 мая 1990", "date_of_birth", "3 мая 1990"),
        ("due 2026-03-01", "date_time", "2026-03-01"),
        ("on May 3, 2026 we met", "date_time", "May 3, 2026"),
        ("2026-03-01 11:30:00", "date_time", "2026-03-01 11:30:00"),
    ],
)
def test_found(text: str, type_: str, piece: str) -> None:
    assert found(Dates(), text) == [(type_, piece)]


@pytest.mark.parametrize("text", ["version 1.2.3", "3/4 cup", "call 030-901-820", "in May", "99-99-9999"])
def test_not_found(text: str) -> None:
    assert found(Dates(), text) == []
