"""The report says what was measured, and what bounds what is missed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.bench.paper import load, text
from tests.bench.targets import found, ours_ms
from tests.bench.test_report import figures, report

MACHINE = {"at": "2026-01-02 03:04 UTC", "cores": 2, "python": "3.11.2", "load": 0.1}
LAYERS = {
    "stock": {"LiteLLM: router": 6.0, "server and event loop": 2.0},
    "signalbox": {"LiteLLM: router": 12.0, "ours: ledger": 1.5, "thread: ledger": 0.5, "server and event loop": 2.0},
}


def reports() -> dict[str, dict[str, Any]]:
    whole = report(0.6) | {"embedding": {"batch": 32, "model_ms": 50.0, "gateway_ms": 90.0}}
    instant = {"name": "instant answer c=1", "stream_chunks": 0}
    whole["cases"].append({"case": instant, "stock": figures(10.0, 80.0), "signalbox": figures(18.0, 60.0, 0.7)})
    route = {"gateway_cpu_ms": 9.0, "other_cpu_ms": 0.5, "p50": 20.0, "failed": 0.0}
    rows = [
        {"route": "chat, local", "stock": route, "signalbox": {**route, "gateway_cpu_ms": 17.0}},
        {"route": "file upload", "signalbox": {**route, "failed": 2.0}},
    ]
    return {
        "gateway": {**whole, "machine": MACHINE},
        "routes": {
            "machine": MACHINE,
            "routes": rows,
            "layers": LAYERS,
        },
    }


def test_targets_are_judged_and_what_bounds_them_is_told() -> None:
    told = {one.what: one for one in found(reports())}
    rate = told["requests/s at 16, of stock LiteLLM's"]
    assert (rate.measured, rate.reached) == ("0.60x", False)
    assert ours_ms(LAYERS["signalbox"]) == 2.0
    assert "with none of it the ratio would be 0.57x" in rate.why  # 8 of 14 ms
    assert (told["an instant answer adds to stock's chat (p50)"].measured) == "8.0 ms"
    assert told["32 embeddings, of the model's own time"].reached


def test_the_file_has_every_table() -> None:
    made = text(reports())
    assert "| gateway | 2026-01-02 03:04 UTC | 2 | 3.11.2 | 0.1 |" in made
    assert "| chat, local | 9.0 | 17.0 | +8.0 | 0.5 | 20 | 20 | 0 |" in made
    assert "| file upload | - | 9.0 | - | 0.5 | - | 20 | 2 |" in made
    assert "| ours: ledger | 0.00 | 1.50 | 9% |" in made
    assert "| of it our code | 0.00 | 2.00 | 12% |" in made
    assert "![throughput and latency](gateway.svg)" in made


def test_what_has_not_run_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "own_cost.json").write_text(json.dumps({"rows": [{"tokens": 10, "cpu_ms": 2.0}]}))
    reports = load(tmp_path)
    assert list(reports) == ["own_cost"]
    made = text(reports)
    assert "**not reached**" in made
    assert "gateway.svg" not in made
