from __future__ import annotations

import pytest

from services.console.login import Credentials, FailureLimit
from tests.support.clock import Clock


@pytest.mark.parametrize(
    ("user", "secret", "accepted"),
    [
        ("admin", "pw", True),
        (" admin ", "pw", True),
        ("", "sk-1", True),
        ("whoever", "sk-1", True),
        ("root", "pw", False),
        ("Admin", "pw", False),
        ("admin", "sk-12", False),
        ("admin", "", False),
        ("admin", "pẅ\ud800", False),
    ],
)
def test_two_ways_in(user: str, secret: str, accepted: bool) -> None:
    assert Credentials("sk-1", "pw").accept(user, secret) is accepted


def test_a_missing_secret_opens_nothing() -> None:
    assert not Credentials("", "").accept("admin", "")
    assert not Credentials("", "pw").accept("x", "")


def test_secrets_are_not_in_the_repr() -> None:
    assert "sk-1" not in repr(Credentials("sk-1", "pw"))


def test_the_fifth_failure_costs_a_wait_that_ends() -> None:
    clock = Clock()
    limit = FailureLimit(clock=clock)
    for second in range(5):
        assert limit.wait_s("a") == 0
        clock.now = float(second)
        limit.failed("a")
    assert limit.wait_s("a") == pytest.approx(56)
    assert limit.wait_s("b") == 0
    clock.now = 60.0
    assert limit.wait_s("a") == 0


def test_a_success_forgets_the_failures() -> None:
    limit = FailureLimit(per_client=1, clock=Clock())
    limit.failed("a")
    limit.succeeded("a")
    assert limit.wait_s("a") == 0


def test_guesses_from_many_addresses_are_limited_and_memory_is_bounded() -> None:
    limit = FailureLimit(overall=20, max_clients=10, clock=Clock())
    for i in range(20):
        assert limit.wait_s("next") == 0
        limit.failed(f"address-{i}")
    assert limit.wait_s("next") == 60
    assert len(limit._failures) == 10
