"""The class of what was found.

Knows: classes by type, what becomes worse together, which types a label public covers. Does not know: requests, zones.
"""

from __future__ import annotations

from collections.abc import Mapping

from plugins.routing.config.spec import Boundary
from plugins.routing.types import DataClass

TELLING = frozenset(
    {"street_address", "phone_number", "email_address", "date_of_birth", "account_number", "national_id"}
)
"""Types that tell who a person is, or where: beside a name they make ``combination``."""


def class_of(counts: Mapping[str, int], boundary: Boundary, *, labelled_public: bool = False) -> DataClass:
    """The highest class of what was found (counts by type). ``labelled_public``: somebody with the right to do so said
    that this is public, which covers mere mentions."""
    highest = DataClass.PUBLIC
    for type_, count in counts.items():
        found = boundary.detectors.get(type_, DataClass.RESTRICTED)
        covered = labelled_public and type_ in boundary.mentions and found < DataClass.RESTRICTED
        if count and not covered:
            highest = max(highest, found)
    if counts.get("person") and any(counts.get(type_) for type_ in TELLING):
        highest = max(highest, boundary.combination)
    return highest
