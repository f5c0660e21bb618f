from __future__ import annotations

from tests.bench.audio import missed, run


def test_the_bench_runs_and_tells_every_figure() -> None:
    result = run(rounds=1, count=3, width=64)
    assert result["answered"] == result["uploads"] == 3
    assert result["engine_s"] > 0
    assert 0 < result["first_byte_p50_ms"] <= result["first_byte_p95_ms"]
    assert 50 < result["memory_mb"] < 500


def test_a_missed_bound_is_named() -> None:
    good = {"overhead": 0.01, "first_byte_p50_ms": 20.0, "memory_mb": 200.0, "answered": 50, "uploads": 50}
    assert missed(good) == []
    bad = {"overhead": 0.2, "first_byte_p50_ms": 200.0, "memory_mb": 600.0, "answered": 49}
    assert len(missed({**good, **bad})) == 4
