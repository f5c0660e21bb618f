"""What a check says. Knows: its shape. Does not know: checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``what``: the fact, with its figures. ``todo``: what to do, one sentence; empty where ``grade`` is ok."""

    name: str
    grade: Grade
    what: str
    todo: str = ""


def graded(name: str, figure: float, *, warn: float, fail: float, what: str, todo: str) -> Finding:
    """A finding about a figure of which more is better: below ``fail`` it fails, below ``warn`` it warns."""
    grade: Grade = "fail" if figure < fail else "warn" if figure < warn else "ok"
    return Finding(name, grade, what, "" if grade == "ok" else todo)
