"""The request and the answer of embeddings."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from services.common.errors import ApiError
from services.retrieval import embeddings
from services.retrieval.embeddings import EmbeddingRequest, embed, shortened
from services.retrieval.minilm.encoder import Encoder


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ("hello", ["hello"]),
        (["a", "b"], ["a", "b"]),
        ([15339, 1917], ["hello world"]),
        ([[15339, 1917], [15339]], ["hello world", "hello"]),
    ],
    ids=["text", "texts", "tokens", "lists of tokens"],
)
def test_the_forms_of_input(given: Any, texts: list[str]) -> None:
    assert EmbeddingRequest(input=given).texts() == texts


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ("", "input"),
        ([], "input"),
        (3, "input"),
        (None, "input"),
        ([True], "input"),
        (["a", "  "], "input[1]"),
        (["a", {"text": "b"}], "input[1]"),
        ([[1, 200_000], [1]], "input[0]"),
        (["x"] * 2049, "input"),
    ],
)
def test_other_input_is_refused_with_its_place(given: Any, param: str) -> None:
    with pytest.raises(ApiError) as caught:
        EmbeddingRequest(input=given).texts()
    assert (caught.value.status, caught.value.param) == (400, param)


def test_dimensions_and_base64(encoder: Encoder) -> None:
    whole = embed(encoder, EmbeddingRequest(input=["hello", "a longer text"]))
    assert [d["index"] for d in whole["data"]] == [0, 1]
    assert whole["usage"] == {"prompt_tokens": 8, "total_tokens": 8}
    few = embed(encoder, EmbeddingRequest(input=["hello"], dimensions=64, encoding_format="base64"))
    row = np.frombuffer(base64.b64decode(few["data"][0]["embedding"]), "<f4")
    first = np.array(whole["data"][0]["embedding"][:64])
    assert row.shape == (64,)
    assert np.allclose(np.linalg.norm(row), 1, atol=1e-5)
    assert float(row @ first) / np.linalg.norm(first) > 0.98


def test_what_is_too_long_is_refused_not_cut(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ApiError) as caught:
        embed(encoder, EmbeddingRequest(input=["short", "word " * 8200]))
    assert (caught.value.code, caught.value.param) == ("context_length_exceeded", "input[1]")
    monkeypatch.setattr(embeddings, "MAX_TOTAL_TOKENS", 3)
    with pytest.raises(ApiError, match="tokens in all"):
        embed(encoder, EmbeddingRequest(input=["one two", "three four"]))


def test_all_dimensions_change_nothing() -> None:
    vectors = np.eye(384, dtype=np.float32)[:2]
    assert shortened(vectors, None) is vectors
    assert shortened(vectors, 384) is vectors
