"""Which of several spans at one place is told.

Knows: that a checked identifier beats a guess, and a longer span a shorter one. Does not know: detectors.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from plugins.detectors.span import Span

_ORDER = (
    "private_key", "secret", "url_credentials", "term", "credit_card", "iban_code", "us_ssn", "national_id", "crypto",
    "email_address", "mac_address", "ip_address", "domain_name", "passport", "driver_license", "date_of_birth",
    "account_number", "date_time", "phone_number",
)  # fmt: skip
RANK: Mapping[str, int] = {name: rank for rank, name in enumerate(_ORDER)}


def resolved(spans: Iterable[Span]) -> list[Span]:
    """Spans that do not overlap, in order of place: by rank of their type, then score, then length, then place."""
    taken: list[Span] = []
    starts: list[int] = []
    ranked = sorted(set(spans), key=lambda s: (RANK.get(s.type, len(RANK)), -s.score, s.start - s.end, s.start))
    for span in ranked:
        at = bisect_right(starts, span.start)  # what was taken is in order: only its neighbors can clash
        if (at and taken[at - 1].end > span.start) or (at < len(taken) and starts[at] < span.end):
            continue
        starts.insert(at, span.start)
        taken.insert(at, span)
    return taken
