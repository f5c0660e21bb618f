"""Waiting for what is written in a moment, such as a log or a sum in a database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(check: Callable[[], T], bound_s: float = 40.0) -> T:
    """What ``check`` returns once it raises no AssertionError. Raises its last one after ``bound_s`` seconds."""
    end = time.monotonic() + bound_s
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
        time.sleep(0.1)
