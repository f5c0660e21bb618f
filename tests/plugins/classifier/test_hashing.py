from __future__ import annotations

import pytest

from plugins.classifier import hashing


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("?!", 0),
        ("hello", 1),
        ("hello, big world", 3),
        ("a_b c", 2),
        ("x" * 100 + " y", 2),
        ("naïve Straße", 2),
    ],
)
def test_words_are_counted(text: str, count: int) -> None:
    assert hashing.words(hashing.codes(text)).size == count


@pytest.mark.parametrize(("one", "other"), [("HELLO World", "hello world"), ("buy 12", "buy 34"), ("a\tb", "a b")])
def test_case_digits_and_spaces_fold(one: str, other: str) -> None:
    assert hashing.words(hashing.codes(one)).tolist() == hashing.words(hashing.codes(other)).tolist()


def test_word_order_matters_for_pairs_only() -> None:
    ab, ba = (hashing.words(hashing.codes(text)) for text in ("dog bites man", "man bites dog"))
    assert sorted(hashing.unigrams(ab, 1)) == sorted(hashing.unigrams(ba, 1))
    assert sorted(hashing.bigrams(ab, 1)) != sorted(hashing.bigrams(ba, 1))
    assert hashing.positioned(ab, 5, 1).tolist() != hashing.positioned(ba, 5, 1).tolist()


def test_ngrams_have_the_expected_number_and_range() -> None:
    found = hashing.char_ngrams(hashing.codes("abc  d"), (3, 4), 1)
    assert found.size == (7 - 3 + 1) + (7 - 4 + 1)
    assert found.min() >= 0
    assert found.max() < hashing.BUCKETS


def test_lone_surrogates_and_nul_bytes_are_no_error() -> None:
    assert hashing.words(hashing.codes("a\ud800b \x00 c")).size == 3


def test_distinct_words_rarely_share_a_bucket() -> None:
    points = hashing.codes(" ".join(f"w{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(676)))
    assert len(set(hashing.unigrams(hashing.words(points), 1).tolist())) > 670
