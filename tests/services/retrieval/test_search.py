"""Fusion, filters and what is never shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.retrieval import search as module
from services.retrieval.chunking import Chunk
from services.retrieval.passages import Passages
from services.retrieval.resident import Resident
from services.retrieval.search import Searched, search
from services.retrieval.vectors import VectorIndex, collection_of
from tests.services.retrieval.test_passages import vectors
from tests.support.proxy import free_port

COUNT = 40
HELD = vectors(COUNT)


@pytest.fixture
def everything(tmp_path: Path) -> Searched:
    passages, index = Passages(tmp_path / "p.sqlite"), VectorIndex(tmp_path / "chroma")
    name = collection_of("vs", 1)
    for n in range(COUNT):
        ids = passages.put(f"file-{n}", 0, [Chunk(f"subject{n} is common", "", None)], HELD[n : n + 1], 1)
        index.put(name, ids, HELD[n : n + 1])
    view = Resident(passages, 1).view()
    return Searched(passages, view, index, name, frozenset(f"file-{n}" for n in range(COUNT)))


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


@pytest.mark.parametrize(("exact", "every", "fetched"), [(16_000, 20_000, 1000), (20, 1, 0), (1, 1, 1000), (1, 1, 0)])
def test_a_filter_is_kept_whichever_way_it_is_answered(
    everything: Searched, exact: int, every: int, fetched: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT", exact)
    monkeypatch.setattr(module, "ALL", every)
    monkeypatch.setattr(module, "MAX_FETCHED", fetched)
    left = frozenset(f"file-{n}" for n in range(10, 30))
    some = replace(everything, files=left)
    found = files(some, "common", 7)
    assert len(found) == 5
    assert set(found) <= left
    assert files(some, "subject12", 12)[0] == "file-12"
    assert files(replace(some, files=frozenset()), "common", 7) == []


def test_a_narrow_filter_where_the_nearest_are_all_elsewhere(
    everything: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT", 1)
    monkeypatch.setattr(module, "ALL", 1)
    monkeypatch.setattr(module, "CANDIDATES", 5)
    far = sorted(range(COUNT), key=lambda n: float(HELD[n] @ HELD[7]))[:4]
    left = frozenset(f"file-{n}" for n in far)
    assert set(files(replace(everything, files=left), "nothing", 7, "vectors")) == left


def test_without_chroma_every_vector_is_compared(
    everything: Searched, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "ALL", 1)
    away = VectorIndex(Path("unused"), f"http://127.0.0.1:{free_port()}")
    assert files(replace(everything, index=away), "nothing", 7) == files(everything, "nothing", 7)
    assert "Chroma is away" in caplog.text


def test_what_the_index_holds_beyond_the_passages_is_not_shown(
    everything: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ALL", 1)
    everything.index.put(everything.collection, [10_000], HELD[7:8])
    assert files(everything, "subject7", 7)[0] == "file-7"
    assert "file-7" not in files(replace(everything, files=everything.files - {"file-7"}), "subject7", 7)
    everything.passages.drop("file-7")
    assert "file-7" not in files(everything, "subject7", 7)
