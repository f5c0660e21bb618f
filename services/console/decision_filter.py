"""Which decisions are asked for, and from where.

Knows: the query string's names and what is valid in them. Does not know: SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

OUTCOMES: tuple[str, ...] = ("served", "degraded", "refused", "failed")
_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_KEY = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty: any. ``outcome``: one of ``OUTCOMES``."""

    intent: str = ""
    tier: str = ""
    location: str = ""
    data_class: str = ""
    outcome: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(asdict(self).values())


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list: rows ``older`` than a key, or newer. Keys are the log's row numbers."""

    key: int
    older: bool

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Cursor | None:
        """``before=KEY`` or ``after=KEY``; None for the newest."""
        for name in ("before", "after"):
            if _KEY.fullmatch(query.get(name, "")):
                return cls(int(query[name]), older=name == "before")
        return None


def filter_from(query: Mapping[str, str]) -> Filter:
    """The filter of a query string; what cannot be valid is left out."""
    words = {name: query.get(name, "") for name in asdict(Filter())}
    if words["outcome"] not in OUTCOMES:
        words["outcome"] = ""
    return Filter(**{name: word if _WORD.fullmatch(word) else "" for name, word in words.items()})


def query_of(chosen: Filter, more: Mapping[str, str]) -> str:
    """The query string of a filter and further parameters."""
    return urlencode({name: word for name, word in {**asdict(chosen), **more}.items() if word})
