"""What is held in memory follows what is on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.retrieval import resident
from services.retrieval.chunking import Chunk
from services.retrieval.passages import Passages
from services.retrieval.resident import Resident, Residents, View
from tests.services.retrieval.test_passages import vectors


@pytest.fixture
def passages(tmp_path: Path) -> Passages:
    return Passages(tmp_path / "p.sqlite")


def put(passages: Passages, file: str, *texts: str) -> None:
    passages.put(file, 0, [Chunk(text, "", None) for text in texts], vectors(len(texts), len(file)), 1)


def holding(view: View, word: str) -> set[int]:
    """Ids of living rows with the word."""
    return set(view.ids[(view.match(word).scores > 0) & view.alive].tolist())


def test_each_view_is_of_one_moment(passages: Passages) -> None:
    held = Resident(passages, 1)
    empty = held.view()
    put(passages, "a", "one apple", "two apples")
    first = held.view()
    put(passages, "bb", "an apple more")
    passages.drop("a", above=1)
    second = held.view()
    assert (holding(empty, "apple"), holding(first, "apple"), holding(second, "apple")) == (set(), {1, 2}, {1, 3})
    assert held.view() is second, "nothing changed"
    assert first.within(["a", "unknown"]).tolist() == [True, True]
    assert second.within(["a"]).tolist() == [True, False, False]
    assert second.rows([3, 99, 1]).tolist() == [2, 0]


def test_many_small_changes_are_as_one_large(passages: Passages) -> None:
    held = Resident(passages, 1)
    for n in range(40):
        put(passages, f"file-{n}", f"word{n} common", f"other{n % 5}")
        held.view()
    view, anew = held.view(), Resident(passages, 1).view()
    assert len(view.parts) < 8
    for query in ("word7", "common", "other3", "other3 word7"):
        assert np.allclose(view.match(query).scores, anew.match(query).scores)
    assert np.array_equal(view.vectors, anew.vectors)
    asked = vectors(1, 9)[0]
    assert np.allclose(view.cosines(view.rows([5]), asked), view.all_cosines(asked)[4:5])


def test_a_large_store_is_read_in_steps(passages: Passages, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        put(passages, f"file-{n}", f"word{n} common", "more")
    passages.drop("file-1")
    whole = Resident(passages, 1).view()
    for step in (1, 2, 3, 8):
        monkeypatch.setattr(resident, "AT_ONCE", step)
        view = Resident(passages, 1).view()
        assert view.ids.tolist() == whole.ids.tolist()
        assert np.array_equal(view.vectors, whole.vectors)
        assert np.allclose(view.match("common").scores, whole.match("common").scores)


def test_the_store_searched_longest_ago_is_given_up(tmp_path: Path) -> None:
    residents = Residents(most=3)
    stores = {name: Passages(tmp_path / f"{name}.sqlite") for name in "abc"}
    for name, store in stores.items():
        put(store, name, "x", "y")
        assert len(residents.view(name, store, 1).ids) == 2
    assert len(residents) == 1
    before = residents.view("c", stores["c"], 1)
    assert residents.view("c", stores["c"], 1) is before
    stores["c"].put_vectors(2, [1, 2], vectors(2, 7))
    assert np.allclose(residents.view("c", stores["c"], 2).vectors, vectors(2, 7), atol=1e-3)
    residents.forget("c")
    assert len(residents) == 0


def test_a_store_of_mostly_dead_rows_is_read_anew(passages: Passages) -> None:
    residents = Residents()
    put(passages, "a", *(f"t{n}" for n in range(1001)))
    assert len(residents.view("s", passages, 1).ids) == 1001
    passages.drop("a", above=1)
    residents.view("s", passages, 1)
    assert len(residents.view("s", passages, 1).ids) == 1
