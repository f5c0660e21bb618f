"""The chunks of a store on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.retrieval.chunking import Chunk
from services.retrieval.passages import Passages, Vectors


def vectors(count: int, seed: int = 0) -> Vectors:
    made = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def chunks(*texts: str) -> list[Chunk]:
    return [Chunk(text, "Head", 1) for text in texts]


@pytest.fixture
def passages(tmp_path: Path) -> Passages:
    made = Passages(tmp_path / "store" / "passages.sqlite")
    made.put("file-1", 0, chunks("apples are red", "pears are green"), vectors(2), 1)
    made.put("file-2", 0, chunks("apples fall from trees"), vectors(1, 1), 1)
    return made


def test_the_same_again_changes_nothing(passages: Passages) -> None:
    passages.put("file-1", 0, chunks("apples are red", "pears are green"), vectors(2), 1)
    assert passages.count() == 3
    assert [p.chunk.text for p in passages.of_file("file-1")] == ["apples are red", "pears are green"]
    assert len(passages.by_words("apples pears", None, 10)) == 3


def test_words_find_by_rank_and_by_file(passages: Passages) -> None:
    found = passages.get(passages.by_words("green PEAR", None, 10))
    assert [p.chunk.text for p in found.values()] == ["pears are green"]
    (only,) = passages.get(passages.by_words("apple", ["file-2"], 10)).values()
    assert (only.file_id, only.n, only.chunk.page) == ("file-2", 0, 1)
    assert passages.by_words("the of", None, 10) == passages.by_words('" OR *', None, 10) == []


def test_dropping_a_tail_a_file_and_a_generation(passages: Passages) -> None:
    assert len(passages.drop("file-1", above=1)) == 1
    assert passages.by_words("pears", None, 10) == []
    passages.drop("file-1")
    assert passages.file_ids() == {"file-2"}
    assert (passages.count(), passages.count(["file-1"]), passages.count_vectors(1)) == (1, 0, 1)
    passages.drop_generation(1)
    assert [p.file_id for p in passages.without_vector(1, 10)] == ["file-2"]


def test_vectors_come_back_in_half_precision(passages: Passages) -> None:
    ids, held = passages.vectors(["file-1"], 1)
    assert len(ids) == 2
    assert np.allclose(held, vectors(2), atol=1e-3)
    batches = list(passages.all_vectors(1, batch=2))
    assert [len(ids) for ids, _, _ in batches] == [2, 1]
    assert batches[1][1] == ["file-2"]
    assert passages.vectors(["file-1"], 2)[0] == []


def test_a_write_that_fails_leaves_nothing(passages: Passages) -> None:
    with pytest.raises(ValueError, match="zip"):
        passages.put("file-3", 0, chunks("one", "two"), vectors(1), 1)
    assert passages.of_file("file-3") == []
    assert passages.by_words("one", None, 10) == []
