"""Fusion, filters and what is never shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.retrieval import search as module
from services.retrieval.chunking import Chunk
from services.retrieval.passages import Passages
from services.retrieval.search import Searched, search
from services.retrieval.vectors import VectorIndex, collection_of
from tests.services.retrieval.test_passages import vectors

COUNT = 40
HELD = vectors(COUNT)


@pytest.fixture
def everything(tmp_path: Path) -> Searched:
    passages, index = Passages(tmp_path / "p.sqlite"), VectorIndex(tmp_path / "chroma")
    name = collection_of("vs", 1)
    for n in range(COUNT):
        ids = passages.put(f"file-{n}", 0, [Chunk(f"subject{n} is common", "", None)], HELD[n : n + 1], 1)
        index.put(name, ids, [f"file-{n}"], HELD[n : n + 1])
    return Searched(passages, index, name, 1, frozenset(f"file-{n}" for n in range(COUNT)), whole=True)


def files(where: Searched, query: str, n: int, way: module.Way = "hybrid") -> list[str]:
    return [hit.passage.file_id for hit in search(where, query, HELD[n], 5, way)]


def test_each_half_and_both(everything: Searched) -> None:
    assert files(everything, "subject3", 7, "vectors")[0] == "file-7"
    assert files(everything, "subject3", 7, "words") == ["file-3"]
    assert set(files(everything, "subject3", 7)[:2]) == {"file-3", "file-7"}
    assert files(everything, "subject7", 7)[0] == "file-7"


def test_scores_are_cosines_between_0_and_1(everything: Searched) -> None:
    hits = search(everything, "subject3", HELD[7], 5)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert max(hit.score for hit in hits) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("exact", [4000, 5])
def test_a_filter_is_kept_whichever_way_it_is_answered(
    everything: Searched, exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT", exact)
    left = frozenset(f"file-{n}" for n in range(10, 30))
    some = Searched(everything.passages, everything.index, everything.collection, 1, left, whole=False)
    found = files(some, "common", 7)
    assert len(found) == 5
    assert set(found) <= left
    assert files(some, "subject12", 12)[0] == "file-12"
    assert files(Searched(some.passages, some.index, some.collection, 1, frozenset(), False), "common", 7) == []


def test_a_narrow_filter_where_the_nearest_are_all_elsewhere(
    everything: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT", 1)
    monkeypatch.setattr(module, "MAX_FETCHED", 3)
    far = sorted(range(COUNT), key=lambda n: float(HELD[n] @ HELD[7]))[:4]
    left = frozenset(f"file-{n}" for n in far)
    some = Searched(everything.passages, everything.index, everything.collection, 1, left, whole=False)
    assert set(files(some, "nothing", 7, "vectors")) == left


def test_what_the_index_holds_beyond_the_passages_is_not_shown(everything: Searched) -> None:
    everything.index.put(everything.collection, [10_000], ["file-gone"], HELD[7:8])
    assert "file-gone" not in files(everything, "subject7", 7)
    hidden = Searched(
        everything.passages, everything.index, everything.collection, 1, everything.files - {"file-7"}, whole=True
    )
    assert "file-7" not in files(hidden, "subject7", 7)
    assert np.isfinite(HELD).all()
