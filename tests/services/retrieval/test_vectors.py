"""Chroma, embedded and a server, both real."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np

from services.retrieval.vectors import VectorIndex, collection_of
from tests.services.retrieval.rig import until
from tests.services.retrieval.test_passages import vectors
from tests.support.proxy import free_port

NAME = collection_of("vs_abc", 1)


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """A real server's address: its log is ``folder/log``."""
    port, chroma = free_port(), Path(sys.executable).with_name("chroma")
    environ = os.environ | {"ANONYMIZED_TELEMETRY": "False", "CHROMA_API_IMPL": ""}
    command = [str(chroma), "run", "--path", str(folder / "data"), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, env=environ, stdout=log, stderr=log) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            until("the Chroma server", lambda: server.poll() is not None or answers(url))
            assert server.poll() is None, (folder / "log").read_text("utf-8", "replace")
            yield url
        finally:
            server.terminate()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v2/heartbeat", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def written_and_dropped(index: VectorIndex) -> None:
    held = vectors(50)
    index.put(NAME, range(50), held)
    index.put(NAME, [3], held[3:4])
    assert index.count(NAME) == 50
    (best, score), *_ = index.near(NAME, held[7], 5)
    assert best == 7
    assert abs(score - 1) < 1e-4
    index.drop(NAME, [7, 999])
    assert 7 not in [id for id, _ in index.near(NAME, held[7], 50)]
    index.drop_all(NAME)
    index.drop_all(NAME)
    assert index.count(NAME) == 0


def test_embedded(tmp_path: Path) -> None:
    written_and_dropped(VectorIndex(tmp_path / "chroma"))


def test_a_server(tmp_path: Path) -> None:
    with chroma_server(tmp_path) as url:
        first = VectorIndex(tmp_path / "unused", url)
        written_and_dropped(first)
        first.put(NAME, [1], vectors(1))
        assert VectorIndex(tmp_path / "unused", url).count(NAME) == 1, "another client sees what the first wrote"
    assert not (tmp_path / "unused").exists()


def test_recall_against_an_exact_search(tmp_path: Path) -> None:
    index, held = VectorIndex(tmp_path / "chroma"), vectors(3000)
    index.put(NAME, range(3000), held)
    asked = vectors(20, seed=9)
    exact = np.argsort(-(asked @ held.T), axis=1)[:, :10]
    found = [[id for id, _ in index.near(NAME, vector, 10)] for vector in asked]
    recall = np.mean([len(set(f) & set(e)) / 10 for f, e in zip(found, exact.tolist(), strict=True)])
    assert recall > 0.95, recall


def test_nothing_is_told_to_anybody(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path / "chroma")
    index.put(NAME, [1], vectors(1))
    assert index._client.get_settings().anonymized_telemetry is False
    assert not os.environ.get("CHROMA_OTEL_COLLECTION_ENDPOINT")
