"""A text as tokens: runs of letters, runs of digits, single signs, line ends.

Knows: where tokens stand. "don't" and "we'll" are one, "Anna's" is three. Does not know: labels, weights.
"""

from __future__ import annotations

import re

TOKEN = re.compile(r"[^\W\d_]+(?:['’](?:t|re|ve|ll|m|T|RE|VE|LL|M)\b)?|\d+|\n|[^\w\s]|_")

LABELS = (
    "O", "person", "street_address", "gpe", "organization", "nrp", "title", "age", "date_time", "zip_code",
)  # fmt: skip
"""What a token can be; the first is nothing."""


def tokens(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Words and their (start, end)."""
    words: list[str] = []
    places: list[tuple[int, int]] = []
    for match in TOKEN.finditer(text):
        words.append(match.group())
        places.append(match.span())
    return words, places
