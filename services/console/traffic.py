"""The last hour as a picture: each tier's share, and a bar a minute.

Knows: counts in, rectangles out. Does not know: SQL, SVG markup, colors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plugins.routing.types import Tier

REFUSED = "refused"
LABELS: tuple[str, ...] = (*(t.label for t in Tier), REFUSED)
MINUTES = 60
WIDTH = 600.0
HEIGHT = 120.0
_GAP = 2.0


@dataclass(frozen=True, slots=True)
class Count:
    """``minute``: 0 (an hour ago) to 59 (now). ``label``: one of ``LABELS``. ``latency_ms``: the sum over ``timed``.
    ``decide_us``: the sum over all."""

    minute: int
    label: str
    count: int
    latency_ms: float = 0.0
    timed: int = 0
    decide_us: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """``fraction`` of all, 0..1. ``mean_ms``: None where nothing was timed. ``x``, ``width``: of the bar, 0..WIDTH."""

    label: str
    count: int
    fraction: float
    mean_ms: float | None
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One tier within one minute, in a box of WIDTH x HEIGHT with y downwards."""

    label: str
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """``peak``: the highest number of decisions in one minute. ``mean_ms``: until the answer was complete, over those
    that the log timed. ``decide_ms``: until it was decided, over all. Both None where there is nothing."""

    total: int
    refused: int
    peak: int
    mean_ms: float | None
    decide_ms: float | None
    shares: tuple[Share, ...]
    bars: tuple[Bar, ...]


def traffic_of(counts: Iterable[Count]) -> Traffic:
    """The picture of these counts. An unknown label counts as refused; a minute outside 0..59 goes to the nearest."""
    cells: dict[tuple[int, str], int] = {}
    per_label: dict[str, tuple[int, float, int]] = {}
    decide_us = 0
    for c in counts:
        decide_us += c.decide_us
        label = c.label if c.label in LABELS else REFUSED
        minute = min(max(c.minute, 0), MINUTES - 1)
        cells[minute, label] = cells.get((minute, label), 0) + c.count
        n, ms, timed = per_label.get(label, (0, 0.0, 0))
        per_label[label] = (n + c.count, ms + c.latency_ms, timed + c.timed)
    total = sum(n for n, _, _ in per_label.values())
    timed_all = sum(timed for _, _, timed in per_label.values())
    ms_all = sum(ms for _, ms, _ in per_label.values())
    per_minute = [sum(cells.get((m, label), 0) for label in LABELS) for m in range(MINUTES)]
    peak = max(per_minute)
    return Traffic(
        total=total,
        refused=per_label.get(REFUSED, (0, 0.0, 0))[0],
        peak=peak,
        mean_ms=ms_all / timed_all if timed_all else None,
        decide_ms=decide_us / total / 1000 if total else None,
        shares=_shares(per_label, total),
        bars=_bars(cells, peak),
    )


def _shares(per_label: dict[str, tuple[int, float, int]], total: int) -> tuple[Share, ...]:
    shares: list[Share] = []
    x = 0.0
    for label in LABELS:
        count, ms, timed = per_label.get(label, (0, 0.0, 0))
        fraction = count / total if total else 0.0
        width = fraction * WIDTH
        shares.append(Share(label, count, fraction, ms / timed if timed else None, round(x, 2), round(width, 2)))
        x += width
    return tuple(shares)


def _bars(cells: dict[tuple[int, str], int], peak: int) -> tuple[Bar, ...]:
    slot = WIDTH / MINUTES
    bars: list[Bar] = []
    for minute in range(MINUTES):
        top = HEIGHT
        for label in LABELS:
            count = cells.get((minute, label), 0)
            if not count:
                continue
            height = count / peak * HEIGHT
            top -= height
            ago = MINUTES - 1 - minute
            title = f"{count} {label}, {f'{ago} min ago' if ago else 'this minute'}"
            x = minute * slot + _GAP / 2
            bars.append(Bar(label, round(x, 2), round(top, 2), slot - _GAP, round(height, 2), title))
    return tuple(bars)
