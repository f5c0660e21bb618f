"""Each nonce once, in bounded memory."""

from __future__ import annotations

from services.egress.nonces import Nonces


def test_once() -> None:
    nonces = Nonces(started=100)
    assert nonces.use("a", 101, 160, 102) is None
    assert nonces.use("a", 101, 160, 103) == "replayed"
    assert nonces.use("b", 101, 160, 103) is None


def test_one_from_before_the_start_may_have_been_used() -> None:
    assert Nonces(started=100).use("a", 99.9, 160, 102) == "before_start"


def test_expired_ones_are_forgotten() -> None:
    nonces = Nonces(started=0)
    for i in range(1000):
        assert nonces.use(f"n{i}", i, i + 60, i) is None
    assert len(nonces) <= 61


def test_full_refuses_rather_than_forgets() -> None:
    nonces = Nonces(started=0, capacity=2)
    assert [nonces.use(n, 1, 60, 2) for n in "abc"] == [None, None, "busy"]
    assert nonces.use("a", 1, 60, 3) == "replayed"
    assert nonces.use("c", 61, 120, 61) is None
