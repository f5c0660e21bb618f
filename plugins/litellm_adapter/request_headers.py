"""The request headers that are this gateway's own.

Knows: their names and valid values. Does not know: what is decided by them.
"""

from __future__ import annotations

from collections.abc import Mapping

from plugins.routing.admission import LANES, Lane
from plugins.routing.types import DataClass

DATA_CLASS = "x-signalbox-data-class"
DEADLINE_MS = "x-signalbox-deadline-ms"
LANE = "x-signalbox-lane"
CONVERSATION = "x-signalbox-conversation"
MAX_DEADLINE_MS = 86_400_000.0


class HeaderProblem(Exception):  # noqa: N818 - a status, not a fault of ours
    """A header with a value that cannot be meant. ``header``: its name."""

    def __init__(self, header: str, message: str) -> None:
        super().__init__(message)
        self.header = header


def data_class_of(value: str | None) -> DataClass | None:
    """The declared class; None where the header is absent. Raises HeaderProblem."""
    if value is None:
        return None
    found = next((c for c in DataClass if c.label == value.strip().lower()), None)
    if found is None:
        valid = ", ".join(c.label for c in DataClass)
        raise HeaderProblem(DATA_CLASS, f"The header {DATA_CLASS} must be one of: {valid}.")
    return found


def deadline_of(value: str | None) -> float | None:
    """The budget in milliseconds; None where the header is absent. Raises HeaderProblem."""
    if value is None:
        return None
    try:
        deadline = float(value)
    except ValueError:
        deadline = -1.0
    if not 0 < deadline <= MAX_DEADLINE_MS:
        raise HeaderProblem(DEADLINE_MS, f"The header {DEADLINE_MS} must be a positive number of milliseconds.")
    return deadline


def lane_of(value: str | None) -> Lane | None:
    """The lane; None where the header is absent. Raises HeaderProblem."""
    if value is None:
        return None
    found = next((lane for lane in LANES if lane == value.strip().lower()), None)
    if found is None:
        raise HeaderProblem(LANE, f"The header {LANE} must be one of: {', '.join(LANES)}.")
    return found


def check_headers(headers: Mapping[bytes, bytes]) -> None:
    """Raises HeaderProblem where one of ours is wrong. ``headers``: as in an ASGI scope, names in lower case."""
    if (declared := headers.get(DATA_CLASS.encode())) is not None:
        data_class_of(declared.decode("latin-1"))
    if (deadline := headers.get(DEADLINE_MS.encode())) is not None:
        deadline_of(deadline.decode("latin-1"))
    if (lane := headers.get(LANE.encode())) is not None:
        lane_of(lane.decode("latin-1"))
