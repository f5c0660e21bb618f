"""Fills the placeholders of an answer, such as ``{base_url}``.

Knows: which placeholders there are. Does not know: where their values come from. Other braces (JSON, code) stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDERS: tuple[str, ...] = ("models", "capabilities", "base_url", "origin", "config", "state")

_PLACEHOLDER = re.compile("{(" + "|".join(PLACEHOLDERS) + ")}")


def fill(answer: str, values: Mapping[str, str]) -> str:
    """The answer with every known placeholder replaced, once; one without a value stays as it is."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), answer)
