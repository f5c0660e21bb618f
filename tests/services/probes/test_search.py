"""A real Chroma behind OpenAI's shapes: it is found out when it has lost its data, and when it has it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import chromadb
import httpx
import numpy as np
import pytest
from chromadb.config import Settings

from services.probes.ask import Result
from services.probes.search import CANARY, SearchProbe

VECTOR = np.array([[1.0, 0.0]], np.float32)


class Stores:
    """As much of files and vector stores as the probe uses; texts and vectors are in Chroma."""

    def __init__(self, folder: Path) -> None:
        self.client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
        self.taken_in = True
        self.status = 200
        self.made = 0

    def fill(self) -> None:
        store = self.client.get_or_create_collection("vs_1", embedding_function=None)
        store.upsert(ids=["1"], documents=[CANARY], embeddings=VECTOR)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.status != 200:
            return httpx.Response(self.status)
        path = request.url.path
        if path == "/v1/files":
            assert CANARY.encode() in request.content
            return httpx.Response(200, json={"id": "file-1"})
        if path == "/v1/vector_stores":
            if request.method == "POST":
                assert json.loads(request.content)["file_ids"] == ["file-1"]
                self.made += 1
                if self.taken_in:
                    self.fill()
            return httpx.Response(200, json={"id": "vs_1"})
        assert path == "/v1/vector_stores/vs_1/search"
        store = self.client.get_or_create_collection("vs_1", embedding_function=None)
        found = store.query(query_embeddings=VECTOR, n_results=1, include=["documents"])
        texts = (found["documents"] or [[]])[0]
        return httpx.Response(200, json={"data": [{"content": [{"text": text}]} for text in texts]})


class Site:
    def __init__(self, folder: Path) -> None:
        self.stores = Stores(folder / "chroma")
        self.file = folder / "search-probe.json"
        self.probe = SearchProbe("http://gw", "sk-1", self.file, _save)

    async def asked(self) -> Result | None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.stores)) as client:
            return await self.probe(client)


def _save(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def test_a_chroma_that_lost_its_data_is_found_out(site: Site) -> None:
    assert await site.asked() is None
    assert await site.asked() == Result("right")
    site.stores.client.delete_collection("vs_1")
    assert await site.asked() == Result("wrong", "what was indexed is not found any more")
    assert site.stores.made == 1, "nothing is filled again behind one's back"
    site.stores.fill()
    assert await site.asked() == Result("right")


async def test_what_is_still_being_taken_in_is_no_loss(site: Site) -> None:
    site.stores.taken_in = False
    await site.asked()
    assert await site.asked() is None
    site.stores.fill()
    assert await site.asked() == Result("right")


@pytest.mark.parametrize(("status", "told"), [(404, None), (503, None)])
async def test_a_machine_without_vector_stores(site: Site, status: int, told: Any) -> None:
    site.stores.status = status
    assert await site.asked() is told
    assert not site.file.exists()


async def test_one_that_does_not_answer_is_silent(site: Site) -> None:
    await site.asked()
    site.stores.status = 503
    found = await site.asked()
    assert found is not None
    assert found.state == "silent"
