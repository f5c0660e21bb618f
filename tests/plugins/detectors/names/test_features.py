import numpy as np
import pytest

from plugins.detectors.names.features import (
    BUCKETS,
    KINDS,
    OFFSETS,
    PAIRS,
    Gazetteer,
    bucket,
    buckets,
    describe,
    pair_buckets,
    shape,
    word_buckets,
    word_hash,
)

GAZETTEER = Gazetteer({word_hash("anna"): 1 << KINDS.index("first"), word_hash("the"): 1 << KINDS.index("common")})


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("Anna", "Xx"),
        ("anna", "xx"),
        ("ANNA", "XX"),
        ("A", "X"),
        ("a", "x"),
        ("McX", "xX"),
        ("1234", "d4"),
        (",", ","),
        ("Анна", "Xx~"),
    ],
)
def test_shape(word: str, form: str) -> None:
    assert shape(word) == form


def test_a_known_name_has_more_features_than_an_unknown_one() -> None:
    assert len(describe("Anna", GAZETTEER).center) == len(describe("Anno", GAZETTEER).center) + 1


def test_common_words_are_themselves_and_others_their_category() -> None:
    the, anna = describe("the", GAZETTEER), describe("Anna", GAZETTEER)
    assert the.exact != the.category
    assert anna.exact == anna.category


def test_buckets_are_in_range_and_differ_by_offset() -> None:
    rows = word_buckets(describe("Anna", GAZETTEER))
    assert len(rows) == len(OFFSETS)
    assert all(0 <= b < BUCKETS for row in rows for b in row)
    assert rows[0] != rows[1]


def test_buckets_of_many_are_those_of_each() -> None:
    bases = [0, 1, word_hash("canna"), (1 << 32) - 1]
    found = buckets(np.array(bases, np.uint64), OFFSETS)
    assert found.tolist() == [[bucket(base, offset) for base in bases] for offset in OFFSETS]


@pytest.mark.parametrize("count", [1, 2, 9])
def test_pairs_of_neighbors(count: int) -> None:
    codes = np.arange(count, dtype=np.uint64)
    found = pair_buckets(codes, codes)
    assert found.shape == (count, PAIRS)
    assert ((found >= 0) & (found < BUCKETS)).all()
