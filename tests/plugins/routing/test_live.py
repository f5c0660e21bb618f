from __future__ import annotations

import pytest

from plugins.routing.live import MIN_SAMPLES, SAMPLES, WINDOW_S, Live, LiveBoard
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def board(clock: Clock) -> LiveBoard:
    return LiveBoard(10.0, clock, {"b": 2})


def test_nothing_is_known_of_what_nobody_told(board: LiveBoard) -> None:
    assert board.snapshot() == {}


def test_rests_grow_and_end_with_time_or_success(board: LiveBoard, clock: Clock) -> None:
    for rest in (10, 20, 40, 80, 80):
        board.record("a", ok=False)
        clock.now += rest - 0.5
        assert not board.snapshot()["a"].healthy
        clock.now += 0.5
        assert board.snapshot()["a"].healthy
    board.record("a", ok=False)
    board.record("a", ok=True)
    assert board.snapshot()["a"].healthy
    board.record("a", ok=False)
    clock.now += 10
    assert board.snapshot()["a"].healthy


def test_no_cooldown_where_it_is_zero(clock: Clock) -> None:
    board = LiveBoard(0.0, clock)
    board.record("a", ok=False)
    assert board.snapshot()["a"].healthy


def test_p95_needs_samples_counts_successes_and_forgets(board: LiveBoard, clock: Clock) -> None:
    for i in range(MIN_SAMPLES - 1):
        board.record("a", ok=True, latency_ms=float(i))
    assert board.snapshot()["a"].latency_p95_ms is None
    board.record("a", ok=False, latency_ms=99_999.0)
    for i in range(100):
        board.record("a", ok=True, latency_ms=float(i))
    assert board.snapshot()["a"].latency_p95_ms == 94.0
    clock.now += WINDOW_S + 1
    assert board.snapshot()["a"].latency_p95_ms is None


def test_samples_are_bounded(board: LiveBoard) -> None:
    for _ in range(SAMPLES):
        board.record("a", ok=True, latency_ms=1000.0)
    for _ in range(SAMPLES):
        board.record("a", ok=True, latency_ms=1.0)
    assert board.snapshot()["a"].latency_p95_ms == 1.0


def test_load_is_in_flight_by_capacity(board: LiveBoard) -> None:
    for _ in range(2):
        board.begin("a")
        board.begin("b")
    assert (board.snapshot()["a"].load, board.snapshot()["b"].load) == (0.25, 1.0)
    for _ in range(3):
        board.end("b")
    assert board.snapshot()["b"] == Live()


def test_loaded_and_forget(board: LiveBoard) -> None:
    board.set_loaded("a", False)
    board.begin("b")
    assert not board.snapshot()["a"].loaded
    board.forget(frozenset())
    assert set(board.snapshot()) == {"b"}
