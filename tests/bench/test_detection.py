from __future__ import annotations

import pytest

from tests.bench import detection


def test_the_bench_runs_and_tells_every_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "TOKENS", (10, 500, 5_000, 10_000))
    monkeypatch.setattr(detection, "GROWTH_TO", 10_000)
    monkeypatch.setattr(detection, "TERMS", (10, 1_000))
    result = detection.run(rounds=3)
    assert [(row["text"], row["tokens"]) for row in result["rows"]] == [
        (text, tokens) for text in ("prompt", "letter") for tokens in (10, 500, 5_000, 10_000)
    ]
    assert all(row["cpu_p50_ms"] > 0 for row in result["rows"])
    assert set(result["terms_cpu_p50_ms"]) == {10, 1_000}
