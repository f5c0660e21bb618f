"""The bench's own arithmetic, and a small run of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.retrieval.minilm.encoder import open_encoder
from tests.bench import retrieval
from tests.bench.retrieval import missed, searched, texts


def test_bounds() -> None:
    good = {"chunks/s embedded and indexed": 200.0, "10 chunks, half filtered p99 ms": 20.0}
    assert not missed(good)
    assert missed(good | {"chunks/s embedded and indexed": 20.0})
    assert missed(good | {"10 chunks, half filtered p99 ms": 70.0})
    assert texts(3) == texts(3)


def test_a_small_store_is_searched_each_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "SEARCHES", 3)
    monkeypatch.setattr(retrieval, "WARM_UP", 1)
    figures = searched(tmp_path, open_encoder(tmp_path), 100)
    assert len(figures) == 17
    assert all(value > 0 for value in figures.values())
