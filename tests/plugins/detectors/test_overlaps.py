from itertools import pairwise

import pytest

from plugins.detectors.overlaps import resolved
from plugins.detectors.span import Span


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ([Span(0, 16, "phone_number"), Span(0, 16, "credit_card")], [Span(0, 16, "credit_card")]),
        ([Span(0, 5, "person"), Span(3, 20, "email_address")], [Span(3, 20, "email_address")]),
        ([Span(0, 5, "person", 0.9), Span(0, 9, "person", 0.9)], [Span(0, 9, "person", 0.9)]),
        ([Span(5, 9, "gpe"), Span(0, 4, "person")], [Span(0, 4, "person"), Span(5, 9, "gpe")]),
        ([Span(0, 4, "term"), Span(0, 4, "term")], [Span(0, 4, "term")]),
        ([], []),
    ],
)
def test_one_type_a_place(spans: list[Span], kept: list[Span]) -> None:
    assert resolved(spans) == kept


def test_never_two_at_one_place() -> None:
    spans = [Span(i, i + n, t) for i in range(30) for n in (1, 4, 9) for t in ("person", "iban_code", "date_time")]
    assert all(a.end <= b.start for a, b in pairwise(resolved(spans)))
