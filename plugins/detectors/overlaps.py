"""Which of several spans at one place is told.

Knows: that a checked identifier beats a guess, and a longer span a shorter one. Does not know: detectors.
"""

from __future__ import annotations

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
    ranked = sorted(set(spans), key=lambda s: (RANK.get(s.type, len(RANK)), -s.score, s.start - s.end, s.start))
    covered: set[int] = set()
    for span in ranked:
        places = range(span.start, span.end)
        # First, last and middle suffice to see a clash with what has a better rank and is shorter or equal; else all.
        if span.start in covered or span.end - 1 in covered or not covered.isdisjoint(places):
            continue
        covered.update(places)
        taken.append(span)
    return sorted(taken)
