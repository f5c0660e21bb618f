"""BM25 over rows that are given as texts."""

from __future__ import annotations

import bm25s
import numpy as np
import pytest

from services.retrieval.bm25 import LENGTH, SATURATION, Postings, match, merged, postings, query_terms, terms_of
from services.retrieval.words import words_of

TEXTS = ["red apples and green apples", "green pears", "a red barn, red doors, red walls", "nothing of that kind here"]


def part(texts: list[str], first: int = 0) -> Postings:
    made = [terms_of(text) for text in texts]
    rows = np.concatenate([np.full(len(t), n, np.int32) for n, (t, _) in enumerate(made, start=first)])
    return postings(np.concatenate([t for t, _ in made]), rows, np.concatenate([c for _, c in made]))


def lengths(texts: list[str]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array([terms_of(t)[1].sum() for t in texts], np.float32)


@pytest.mark.parametrize("query", ["red apples", "green", "pears kind"])
def test_scores_are_those_of_bm25s(query: str) -> None:
    index = bm25s.BM25(method="lucene", k1=SATURATION, b=LENGTH)
    index.index([words_of(text) for text in TEXTS], show_progress=False)
    expected = index.get_scores([word for word in words_of(query) if word in index.vocab_dict])
    scores = match([part(TEXTS)], lengths(TEXTS), query_terms(query)).scores
    assert np.allclose(scores, expected, atol=1e-4), (scores, expected)


def test_parts_say_the_same_as_one() -> None:
    parts = [part(TEXTS[:1]), part(TEXTS[1:3], 1), part(TEXTS[3:], 3)]
    terms = query_terms("green apples, red walls")
    whole = match([part(TEXTS)], lengths(TEXTS), terms).scores
    assert np.allclose(match(parts, lengths(TEXTS), terms).scores, whole)
    assert np.allclose(match([merged(parts)], lengths(TEXTS), terms).scores, whole)
    assert not match([], np.zeros(0, np.float32), terms).scores.size
    assert not match(parts, lengths(TEXTS), query_terms("unknown words")).scores.any()


def test_shares_of_the_querys_words() -> None:
    matched = match([part(TEXTS)], lengths(TEXTS), query_terms("green apples"))
    shares = matched.shares(np.array([3, 0, 1], np.int32))
    assert (shares[0], shares[1]) == (0, 1)
    assert 0 < shares[2] < 0.5, "green is in two of them, apples in one"
