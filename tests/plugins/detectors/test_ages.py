import pytest

from plugins.detectors.ages import Ages
from tests.plugins.detectors.support import found


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("she is 42 years old", "42"),
        ("a 7-year-old boy", "7"),
        ("31 y/o", "31"),
        ("aged 66", "66"),
        ("Age: 19", "19"),
        ("he turned 50 in May", "50"),
        ("ich bin 33 Jahre alt", "33"),
        ("tengo 28 años", "28"),
    ],
)
def test_found(text: str, age: str) -> None:
    assert found(Ages(), text) == [("age", age)]


@pytest.mark.parametrize("text", ["turn 90 degrees", "500 years old", "for 3 years", "page 12", "turn 3.5 times"])
def test_not_found(text: str) -> None:
    assert found(Ages(), text) == []
