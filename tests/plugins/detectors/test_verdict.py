import pytest

from plugins.detectors.verdict import class_of
from plugins.routing.config.spec import DEFAULT_DETECTORS, DEFAULT_MENTIONS, Boundary
from plugins.routing.types import DataClass

PUBLIC, INTERNAL, RESTRICTED = DataClass


@pytest.mark.parametrize(
    ("counts", "unlabelled", "labelled"),
    [
        ({}, PUBLIC, PUBLIC),
        ({"credit_card": 1}, RESTRICTED, RESTRICTED),
        ({"email_address": 1}, INTERNAL, INTERNAL),
        ({"person": 2}, INTERNAL, INTERNAL),
        ({"person": 1, "phone_number": 1}, RESTRICTED, RESTRICTED),
        ({"person": 1, "street_address": 1}, RESTRICTED, RESTRICTED),
        ({"person": 1, "gpe": 1}, INTERNAL, INTERNAL),
        ({"gpe": 3, "organization": 1, "date_time": 2}, INTERNAL, PUBLIC),
        ({"unheard_of": 1}, RESTRICTED, RESTRICTED),
        ({"person": 0}, PUBLIC, PUBLIC),
    ],
)
def test_the_highest_counts(counts: dict[str, int], unlabelled: DataClass, labelled: DataClass) -> None:
    assert class_of(counts, Boundary()) == unlabelled
    assert class_of(counts, Boundary(), labelled_public=True) == labelled


def test_a_restricted_mention_is_not_covered() -> None:
    rules = Boundary(detectors={**DEFAULT_DETECTORS, "organization": RESTRICTED})
    assert class_of({"organization": 1}, rules, labelled_public=True) == RESTRICTED


def test_a_type_can_be_let_through() -> None:
    rules = Boundary(detectors={**DEFAULT_DETECTORS, "ip_address": PUBLIC})
    assert class_of({"ip_address": 9}, rules) == PUBLIC


def test_mentions_are_types() -> None:
    assert set(DEFAULT_MENTIONS) <= set(DEFAULT_DETECTORS)
