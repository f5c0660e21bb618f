"""Chroma, embedded and real."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from services.retrieval.vectors import VectorIndex, collection_of
from tests.services.retrieval.test_passages import vectors

NAME = collection_of("vs_abc", 1)


def test_the_nearest(tmp_path: Path) -> None:
    index, held = VectorIndex(tmp_path / "chroma"), vectors(50)
    index.put(NAME, range(50), ["a" if i % 2 else "b" for i in range(50)], held)
    index.put(NAME, [3], ["a"], held[3:4])
    assert index.count(NAME) == 50
    (best, score), *_ = index.near(NAME, held[7], 5)
    assert best == 7
    assert abs(score - 1) < 1e-4
    index.drop(NAME, [7, 999])
    assert 7 not in [id for id, _ in index.near(NAME, held[7], 50)]
    index.drop_all(NAME)
    index.drop_all(NAME)
    assert index.count(NAME) == 0


def test_recall_against_an_exact_search(tmp_path: Path) -> None:
    index, held = VectorIndex(tmp_path / "chroma"), vectors(3000)
    index.put(NAME, range(3000), ["f"] * 3000, held)
    asked = vectors(20, seed=9)
    exact = np.argsort(-(asked @ held.T), axis=1)[:, :10]
    found = [[id for id, _ in index.near(NAME, vector, 10)] for vector in asked]
    recall = np.mean([len(set(f) & set(e)) / 10 for f, e in zip(found, exact.tolist(), strict=True)])
    assert recall > 0.95, recall


def test_nothing_is_told_to_anybody(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path / "chroma")
    index.put(NAME, [1], ["f"], vectors(1))
    assert index._client.get_settings().anonymized_telemetry is False
    assert not os.environ.get("CHROMA_OTEL_COLLECTION_ENDPOINT")
