"""Embeddings and reranking on a bare machine, through the real gateway, with OpenAI's SDK."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import openai
import pytest

from tests.support.system import System, running_system

CONFIG = "gateway: {discovery: {ollama: [], vllm: [], models_dir: null, cloud: false}}\n"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("retrieval")
    with running_system(folder, CONFIG, arguments=("--only", "gateway,retrieval")) as system:
        yield system


@pytest.fixture
def sdk(bare: System) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{bare.url}/v1", api_key=bare.key, max_retries=0) as client:
        yield client


def test_embed_works_with_dimensions_and_every_form_of_input(sdk: openai.OpenAI) -> None:
    texts = ["A cat sits on the mat", "A kitten rests on a rug", "Quarterly revenue rose"]
    made = sdk.embeddings.create(model="embed", input=texts, encoding_format="float")
    rows = np.array([d.embedding for d in made.data])
    assert rows.shape == (3, 384)
    assert rows[0] @ rows[1] > 0.5 > rows[0] @ rows[2]
    assert made.usage.prompt_tokens == 21
    few = sdk.embeddings.create(model="embed", input=texts, dimensions=128)  # the SDK asks for base64
    wanted = rows[:, :128] / np.linalg.norm(rows[:, :128], axis=1, keepdims=True)
    assert np.allclose(np.array([d.embedding for d in few.data]), wanted, atol=1e-5)
    tokens = sdk.embeddings.create(model="embed", input=[[15339, 1917]])  # cl100k's "hello world"
    same = sdk.embeddings.create(model="embed", input="hello world")
    assert np.allclose(tokens.data[0].embedding, same.data[0].embedding, atol=1e-5)


@pytest.mark.parametrize(("given", "word"), [("word " * 8200, "context"), ("", "input")])
def test_what_cannot_be_embedded_is_a_clear_400(sdk: openai.OpenAI, given: str, word: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk.embeddings.create(model="embed", input=given)
    assert word in caught.value.message.lower()


def test_rerank_is_judged_by_what_it_says(bare: System) -> None:
    documents = ["The bakery opens at seven.", "A bicycle chain wants oil.", "Invoices are paid in 30 days."]
    with bare.client() as client:
        body = {"model": "rerank", "query": "when is bread sold", "documents": documents, "top_n": 2}
        answer = client.post("/v1/rerank", json=body, headers={"x-signalbox-data-class": "public"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["results"][0]["index"] == 0
        assert len(answer.json()["results"]) == 2
        decision = answer.headers["x-signalbox-decision-id"]
        rows: list[dict[str, Any]] = []

        def logged() -> bool:
            rows[:] = [r for r in client.get("/routing/decisions").json()["decisions"] if r["decision_id"] == decision]
            return bool(rows)

        bare.wait_for(logged, "the decision in the log")
    assert rows[0]["data_class"] == "public"
    assert rows[0]["deployment"] == "minilm-rerank"
