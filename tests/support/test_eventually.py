from itertools import count

import pytest

from tests.support.eventually import eventually


def test_it_asks_until_nothing_is_wrong() -> None:
    asked = count(1)

    def third() -> int:
        number = next(asked)
        assert number == 3
        return number

    assert eventually(third) == 3


def test_in_the_end_it_says_what_is_wrong() -> None:
    def never() -> None:
        raise AssertionError("two and two are five")

    with pytest.raises(AssertionError, match="are five"):
        eventually(never, 0.3)
