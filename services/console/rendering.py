"""Templates to HTML.

Knows: the Jinja environment (everything is escaped, a missing name is an error) and how values are written for people.
Does not know: sessions, pages' content.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
STATIC = FOLDER / "static"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one environment; templates are compiled once a process."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        clock=clock,
        day=day,
        duration=duration,
        iso=iso,
        milliseconds=milliseconds,
        percent=percent,
        number=number,
        path=path_part,
        usd=usd,
        percent1=percent1,
    )
    return env


def render(template: str, **context: Any) -> str:
    """The page as text. Raises ``jinja2.UndefinedError`` where a template needs what it was not given."""
    return environment().get_template(template).render(**context)


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S")


def day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def milliseconds(value: float | None) -> str:
    """``0.4 ms``, ``830 ms``, ``2.1 s``; a dash for None."""
    if value is None:
        return "–"
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def percent(fraction: float | None) -> str:
    """Whole percent, but never 0% or 100% for what is neither; a dash for None."""
    if fraction is None:
        return "–"
    if 0 < fraction < 0.01:
        return "<1%"
    if 0.99 < fraction < 1:
        return ">99%"
    return f"{fraction:.0%}"


def percent1(fraction: float | None) -> str:
    """Percent with one digit, for sums that are reckoned again; a dash for None."""
    return "–" if fraction is None else f"{fraction:.1%}"


def usd(value: float | None, digits: int | None = None) -> str:
    """``$1,234.56``; below a dollar more digits, so that small sums are not nothing. ``digits``: so many, for a column.
    A dash for None."""
    if value is None:
        return "–"
    sign, size = ("−", -value) if value < 0 else ("", value)
    places = digits if digits is not None else 2 if size >= 1 or size < 5e-9 else 4 if size >= 0.01 else 6
    return ("" if float(f"{size:.{places}f}") == 0 else sign) + f"${size:,.{places}f}"


def duration(seconds: float | None) -> str:
    """``12 s``, ``31.3 min``, ``4.5 h``; a dash for None and for nothing."""
    if not seconds:
        return "–"
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 6000 else f"{seconds / 3600:,.1f} h"


def number(value: int) -> str:
    return f"{value:,}"


def path_part(value: str) -> str:
    """``value`` as one segment of a URL's path."""
    return quote(value, safe="")
