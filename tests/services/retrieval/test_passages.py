"""The chunks of a store on disk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from services.retrieval.chunking import Chunk
from services.retrieval.passages import Passages, Vectors
from services.retrieval.resident import Resident


def vectors(count: int, seed: int = 0) -> Vectors:
    made = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def chunks(*texts: str) -> list[Chunk]:
    return [Chunk(text, "Head", 1) for text in texts]


def words(passages: Passages, query: str) -> list[str]:
    """Texts of the passages that share words with the query, best first."""
    view = Resident(passages, 1).view()
    scores = np.where(view.alive, view.match(query).scores, 0)
    found = passages.get(view.ids.tolist())
    return [found[int(view.ids[row])].chunk.text for row in np.argsort(-scores) if scores[row] > 0]


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
    assert len(words(passages, "apples pears")) == 3


def test_words_find_by_rank(passages: Passages) -> None:
    assert words(passages, "green PEAR") == ["pears are green"]
    assert set(words(passages, "apple")) == {"apples are red", "apples fall from trees"}
    assert words(passages, "the of") == words(passages, '" OR *') == []


def test_dropping_a_tail_a_file_and_a_generation(passages: Passages) -> None:
    assert len(passages.drop("file-1", above=1)) == 1
    assert words(passages, "pears") == []
    passages.drop("file-1")
    assert passages.file_ids() == {"file-2"}
    assert (passages.count(), passages.count_vectors(1)) == (1, 1)
    passages.drop_generation(1)
    assert [p.file_id for p in passages.without_vector(1, 10)] == ["file-2"]


def test_vectors_come_back_in_half_precision(passages: Passages) -> None:
    found = passages.changes(0, 0, 1, 100)
    assert np.allclose(found.vectors[:2], vectors(2), atol=1e-3)
    batches = list(passages.all_vectors(1, batch=2))
    assert [len(ids) for ids, _ in batches] == [2, 1]
    assert np.allclose(batches[1][1], vectors(1, 1), atol=1e-3)
    assert not passages.changes(0, 0, 2, 100).vectors.any(), "none in this generation"


def test_what_changed_since_somebody_looked(passages: Passages) -> None:
    first = passages.changes(0, 0, 1, 100)
    assert first.files == ["file-1", "file-1", "file-2"]
    passages.put("file-1", 0, chunks("plums are blue"), vectors(1), 1)
    then = passages.changes(first.ids[-1], len(first.dropped), 1, 100)
    assert then.version > first.version
    assert (then.files, then.dropped) == (["file-1"], first.ids[:1])
    assert [len(words) for words in then.terms] == [3]


def test_a_store_of_an_earlier_version_gets_its_terms_anew(tmp_path: Path, passages: Passages) -> None:
    passages.close()
    path = tmp_path / "store" / "passages.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM terms")
        db.execute("CREATE TABLE bodies (id INTEGER PRIMARY KEY, body TEXT)")
        db.execute("CREATE VIRTUAL TABLE words USING fts5(body, content='')")
        db.execute("PRAGMA user_version = 0")
    again = Passages(path)
    assert words(again, "green pear") == ["pears are green"]
    assert again._all("SELECT name FROM sqlite_master WHERE name IN ('bodies', 'words')") == []


def test_a_write_that_fails_leaves_nothing(passages: Passages) -> None:
    with pytest.raises(ValueError, match="zip"):
        passages.put("file-3", 0, chunks("one", "two"), vectors(1), 1)
    assert passages.of_file("file-3") == []
    assert words(passages, "one") == []
