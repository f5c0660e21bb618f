from __future__ import annotations

from tests.bench.seeing import METRICS_MS, PAGE_MS, SERIES, run
from tests.services.console.test_web import PAGES


def test_the_bench_tells_every_figure_and_a_request_costs_little() -> None:
    result = run(decisions=50)
    assert [row["page"] for row in result["pages"]] == PAGES
    assert all(0 < row["cpu_ms"] < PAGE_MS for row in result["pages"])
    assert 0 < result["counts_ms"] < METRICS_MS
    assert 100 < result["series_under_hostile_input"] < SERIES
