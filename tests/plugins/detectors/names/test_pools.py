import random

import pytest

from plugins.detectors.names.features import KINDS
from plugins.detectors.names.pools import Pools


@pytest.mark.parametrize(
    ("slot", "label"),
    [("person", "person"), ("first", "person"), ("street", "street_address"), ("city", "gpe"), ("org", "organization"),
     ("nat", "nrp"), ("job", "title"), ("age", "age"),
     ("year", "date_time"), ("zip", "zip_code"), ("phone", ""), ("other", "")],
)  # fmt: skip
def test_a_slot_gives_text_with_its_label(pools: Pools, slot: str, label: str) -> None:
    rng = random.Random(1)
    [(text, given)] = pools.fill(slot, pools.place(rng), rng)
    assert text
    assert given == label


@pytest.mark.parametrize("slot", ["address", "block"])
def test_an_address_has_parts(pools: Pools, slot: str) -> None:
    rng = random.Random(2)
    labels = {label for _ in range(20) for _, label in pools.fill(slot, pools.place(rng), rng)}
    assert {"street_address", "gpe", "zip_code"} <= labels


def test_the_gazetteer_of_training_knows_fewer_names(pools: Pools) -> None:
    def names(keep: float) -> int:
        bit = 1 << KINDS.index("first")
        return sum(bool(bits & bit) for bits in pools.gazetteer(keep, random.Random(1)).bits.values())

    assert 0 < names(0.5) < names(1)
