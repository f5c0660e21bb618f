"""When and on what a figure was measured.

Knows: clock, cores, how busy the machine is. Does not know: what is measured.
"""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from typing import Any


def stamp() -> dict[str, Any]:
    """Taken before a measurement, so that ``load`` (one minute) tells what else ran."""
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }
