"""A report of ``tests.bench.gateway`` as one SVG picture that reads on a light and on a dark page.

Knows: bars, labels, a legend. Does not know: how anything was measured. Needs no library: the picture is text.
"""

from __future__ import annotations

from html import escape
from typing import Any

COLOURS = {"stock": "#8a94a6", "signalbox": "#2f6fde", "portkey": "#c98a2b"}
CASES = ("c=1", "c=4", "c=16", "c=64")
PANELS = (("per_second", "requests a second (more is better)"), ("p50", "median latency, ms (less is better)"))
WIDTH, ROW, BAR, LEFT, TOP = 760, 18, 13, 70, 46
FONT = 'font-family="system-ui, sans-serif" font-size="12" fill="#6b7585"'


def chart(report: dict[str, Any]) -> str:
    """The SVG's text: throughput and median latency by concurrency, a bar for each gateway."""
    rows = [r for r in report["cases"] if r["case"]["name"] in CASES]
    names = [n for n in COLOURS if rows and n in rows[0]]
    panel_height = len(rows) * (len(names) * ROW + 10) + 34
    height = TOP + panel_height * len(PANELS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img">',
        "<title>Signalbox beside stock LiteLLM: throughput and latency</title>",
        *_legend(names),
    ]
    for index, (field, title) in enumerate(PANELS):
        parts += _panel(rows, names, field, title, TOP + index * panel_height)
    return "\n".join([*parts, "</svg>", ""])


def _legend(names: list[str]) -> list[str]:
    parts = []
    for index, name in enumerate(names):
        x = LEFT + index * 120
        parts.append(f'<rect x="{x}" y="12" width="12" height="12" rx="2" fill="{COLOURS[name]}"/>')
        parts.append(f'<text x="{x + 18}" y="22" {FONT}>{escape(name)}</text>')
    return parts


def _panel(rows: list[dict[str, Any]], names: list[str], field: str, title: str, top: int) -> list[str]:
    most = max((row[name][field] for row in rows for name in names), default=0.0) or 1.0
    parts = [f'<text x="{LEFT}" y="{top}" {FONT} font-weight="600">{escape(title)}</text>']
    y = top + 10
    for row in rows:
        middle = y + len(names) * ROW / 2 + 3
        parts.append(f'<text x="{LEFT - 8}" y="{middle:.0f}" {FONT} text-anchor="end">{row["case"]["name"]}</text>')
        for name in names:
            value = row[name][field]
            length = max(1.0, (WIDTH - LEFT - 80) * value / most)
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2" fill="{COLOURS[name]}"/>'
            )
            parts.append(f'<text x="{LEFT + length + 6:.1f}" y="{y + 11}" {FONT}>{value:.0f}</text>')
            y += ROW
        y += 10
    return parts
