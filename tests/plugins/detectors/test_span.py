import pytest

from plugins.detectors.span import Span, View


@pytest.mark.parametrize(
    ("start", "end", "near"),
    [(12, 15, True), (70, 75, True), (71, 75, False), (0, 2, True), (8, 9, True), (10, 12, True)],
)
def test_near(start: int, end: int, near: bool) -> None:
    view = View("", "", "", {"phone": [10]})
    assert view.near("phone", start, end) is near
    assert not view.near("card", start, end)


def test_places_of_the_original() -> None:
    span = Span(1, 3, "term")
    assert View("abc", "abc", "abc").original(span) == span
    assert View("a-b-c", "abc", "abc", back=[0, 2, 4]).original(span) == Span(2, 5, "term")
