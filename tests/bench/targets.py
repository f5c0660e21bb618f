"""What the gateway is asked to reach, what was measured, and what bounds it where that is not enough.

Knows: the reports of the other benches, the bounds. Does not know: how anything is measured or printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Reports = Mapping[str, Mapping[str, Any]]
"""By name of the bench."""


@dataclass(frozen=True, slots=True)
class Found:
    """``why``: what bounds it; said where it is not reached."""

    what: str
    wanted: str
    measured: str
    reached: bool
    why: str = ""


def found(reports: Reports) -> list[Found]:
    """A row for each target whose bench has run."""
    rows: list[Found] = []
    for name, look in _LOOKS:
        if name in reports:
            rows += look(reports)
    return rows


def ours_ms(layers: Mapping[str, float]) -> float:
    """CPU milliseconds of a chat that are Signalbox's own code, its threads included."""
    own = ("ours: ", "thread: ledger", "thread: decision")
    return sum(ms for name, ms in layers.items() if name.startswith(own))


def _against_stock(reports: Reports) -> list[Found]:
    row = next((r for r in reports["gateway"]["cases"] if r["case"]["name"] == "c=16"), None)
    if row is None:
        return []
    stock, ours = row["stock"], row["signalbox"]
    rate, tail = ours["ratios"]["per_second"][0], ours["ratios"]["p99"][0]
    why = (
        f"CPU: a request takes {ours['gateway_cpu_ms']:.1f} ms in the gateway's process, {stock['gateway_cpu_ms']:.1f} "
        "in stock's, which has neither keys nor a database" + _without_ours(reports)
    )
    return [
        Found("requests/s at 16, of stock LiteLLM's", ">= 2.5x", f"{rate:.2f}x", rate >= 2.5, why),
        Found("p99 at 16, of stock LiteLLM's", "<= 0.5x", f"{tail:.2f}x", tail <= 0.5, "the same: requests queue"),
    ]


def _without_ours(reports: Reports) -> str:
    layers = reports.get("routes", {}).get("layers")
    if not layers:
        return ""
    whole, stock, own = sum(layers["signalbox"].values()), sum(layers["stock"].values()), ours_ms(layers["signalbox"])
    return (
        f". In the profile below {own:.1f} of {whole:.1f} ms are our code: with none of it the ratio would be "
        f"{stock / (whole - own):.2f}x. 2.5x would need {stock / 2.5:.1f} ms in all, less than LiteLLM's own path takes"
    )


def _instant(reports: Reports) -> list[Found]:
    row = next((r for r in reports["gateway"]["cases"] if r["case"]["name"] == "instant answer c=1"), None)
    if row is None:
        return []
    added = row["signalbox"]["p50"] - row["stock"]["p50"]
    why = "keys, spend and database of LiteLLM, which stock has not; see the routes below"
    return [Found("an instant answer adds to stock's chat (p50)", "<= 5 ms", f"{added:.1f} ms", added <= 5, why)]


def _own_cost(reports: Reports) -> list[Found]:
    rows = reports["own_cost"]["rows"]
    told = " / ".join(f"{r['cpu_ms']:.2f}" for r in rows)
    sizes = " / ".join(str(r["tokens"]) for r in rows)
    ok = all(r["cpu_ms"] <= 1.5 for r in rows)
    what = f"routing, boundary, logging: CPU at {sizes} tokens"
    return [Found(what, "<= 1.5 ms", f"{told} ms", ok, "classifier and detectors, by the length of the text")]


def _broker(reports: Reports) -> list[Found]:
    told = reports["egress"]
    added, streams = told["added_p50_ms"], told["streams_whole"]
    why = f"{told['disk_p50_ms']:.1f} ms of it are the disk, which keeps what leaves before it leaves"
    return [
        Found("the egress broker adds (p50)", "<= 2 ms", f"{added:.1f} ms", added <= 2, why),
        Found("streams at once through the broker", "500", f"{streams:.0f} whole", streams >= 500),
    ]


def _embedding(reports: Reports) -> list[Found]:
    told = reports["gateway"].get("embedding")
    if told is None:
        return []
    ratio = told["gateway_ms"] / told["model_ms"]
    measured = f"{ratio:.2f}x ({told['gateway_ms']:.0f} of {told['model_ms']:.0f} ms)"
    why = "LiteLLM reads and writes the vectors as Python objects"
    return [Found(f"{told['batch']} embeddings, of the model's own time", "<= 2x", measured, ratio <= 2, why)]


def _process(reports: Reports) -> list[Found]:
    memory, boot = reports["gateway"]["gateway_rss_mb"]["signalbox"], reports["gateway"]["boot_s"]["signalbox"]
    why = "LiteLLM's modules: stock, which imports less, takes {:.0f} MB".format(
        reports["gateway"]["gateway_rss_mb"]["stock"]
    )
    return [
        Found("memory of a worker after the load", "<= 450 MB", f"{memory:.0f} MB", memory <= 450, why),
        Found("boot on a new state directory", "<= 30 s", f"{boot:.1f} s", boot <= 30, "LiteLLM's imports"),
    ]


_LOOKS: tuple[tuple[str, Callable[[Reports], list[Found]]], ...] = (
    ("gateway", _against_stock),
    ("own_cost", _own_cost),
    ("gateway", _instant),
    ("egress", _broker),
    ("gateway", _embedding),
    ("gateway", _process),
)
