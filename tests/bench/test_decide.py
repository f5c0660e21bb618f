from __future__ import annotations

from tests.bench.decide import TOKENS, run


def test_the_bench_runs_and_tells_every_figure() -> None:
    result = run(rounds=10)
    assert [row["tokens"] for row in result["rows"]] == list(TOKENS)
    assert all(0 < row["p50_ms"] <= row["p99_ms"] for row in result["rows"])
    assert set(result["signals_p50_ms"]) == {"caller", "modality", "size", "data_class", "intent", "instant", "skill"}
