"""The service through OpenAI's SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from openai import AsyncOpenAI, BadRequestError

from services.retrieval.app import retrieval_app
from services.retrieval.documents import Documents
from services.retrieval.jobs import Jobs
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.minilm.weights import WeightsError
from services.retrieval.stores import Stores

KEY = "internal"


@asynccontextmanager
async def running(folder: Path, load: Callable[[], Encoder]) -> AsyncIterator[httpx.AsyncClient]:
    app = retrieval_app(load, KEY, Stores(folder, Jobs(None, "none")), Documents(None, None))
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield client


async def until_ready(client: httpx.AsyncClient) -> None:
    while (await client.get("/health/readiness")).status_code != 200:  # noqa: ASYNC110 - asked over HTTP
        await asyncio.sleep(0.01)  # pytest's timeout bounds a hang


async def test_embeddings_and_models_through_the_sdk(encoder: Encoder, tmp_path: Path) -> None:
    async with running(tmp_path, lambda: encoder) as client:
        await until_ready(client)
        sdk = AsyncOpenAI(base_url="http://t/v1", api_key=KEY, http_client=client, max_retries=0)
        made = await sdk.embeddings.create(model="minilm", input=["hello", "world"])  # base64 on the wire
        assert [len(d.embedding) for d in made.data] == [384, 384]
        assert [m.id async for m in sdk.models.list()] == ["minilm", "minilm-rerank", "extractive"]
        with pytest.raises(BadRequestError) as caught:
            await sdk.embeddings.create(model="minilm", input="x", dimensions=1000)
        assert caught.value.param == "dimensions"


async def test_reranking(encoder: Encoder, tmp_path: Path) -> None:
    async with running(tmp_path, lambda: encoder) as client:
        await until_ready(client)
        body = {"query": "cats", "documents": ["dogs bark", "cats purr"]}
        answer = await client.post("/v1/rerank", json=body, headers={"authorization": f"Bearer {KEY}"})
    assert answer.json()["results"][0]["index"] == 1


async def test_a_model_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    def load() -> Encoder:
        raise WeightsError("run `make install`")

    async with running(tmp_path, load) as client:
        while "make install" not in (answer := await client.get("/health/readiness")).text:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert answer.status_code == 503
        assert (await client.post("/v1/embeddings", json={"input": "x"})).status_code == 401
