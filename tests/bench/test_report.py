"""The table, the verdicts and the picture of a bench report."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from rich.console import Console

from tests.bench.cases import per_chunk_ms
from tests.bench.chart import CASES, chart
from tests.bench.report import show, verdicts


def figures(p50: float, per_second: float, ratio: float | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"p50": p50, "p95": p50, "p99": 2 * p50, "per_second": per_second, "first_ms": p50}
    row |= {"failed": 0, "cpu_ms": 9.0, "gateway_cpu_ms": 8.0}
    if ratio is not None:
        row["ratios"] = dict.fromkeys(("p50", "p99", "per_second", "first_ms"), (ratio, ratio, ratio))
    return row


def report(ratio: float = 2.6) -> dict[str, Any]:
    def row(name: str, chunks: int = 0, stock: float = 10.0) -> dict[str, Any]:
        case = {"name": name, "concurrency": 1, "requests": 9, "prompt_bytes": 60, "stream_chunks": chunks}
        return {"case": case, "stock": figures(stock, 80.0), "signalbox": figures(stock, 80.0 * ratio, ratio)}

    names = ("stock", "signalbox")
    return {
        "cases": [*(row(name) for name in CASES), row("s5", 5, 10.0), row("s500", 500, 505.0)],
        "boot_s": dict.fromkeys(names, 9.0),
        "gateway_rss_mb": dict.fromkeys(names, 400.0),
        "per_chunk_ms": dict.fromkeys(names, 1.0),
    }


def test_a_target_is_reached_or_said_not_to_be() -> None:
    assert verdicts(report(2.6)) == [
        "requests/s at 16: 2.60x of stock, wanted >= 2.5x stock: reached",
        "p99 at 16: 2.60x of stock, wanted <= 0.5x stock: NOT reached",
    ]


def test_a_chunk_costs_the_difference_of_the_streams() -> None:
    assert per_chunk_ms(report()["cases"], "stock") == 1.0
    assert per_chunk_ms(report()["cases"][:4], "stock") is None


def test_the_table_names_every_load_and_every_contender() -> None:
    console = Console(record=True, width=220)
    show(report(), console)
    text = console.export_text()
    assert all(name in text for name in (*CASES, "stock", "signalbox", "1.000 ms a chunk"))


def test_the_picture_is_xml_with_a_bar_for_each_figure() -> None:
    root = ElementTree.fromstring(chart(report()))
    bars = [e for e in root.iter() if e.tag.endswith("rect") and e.get("height") == "13"]
    assert len(bars) == 2 * 2 * len(CASES)
    assert max(float(b.get("width") or 0) for b in bars) <= 760
