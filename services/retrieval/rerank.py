"""``POST /v1/rerank``: documents in the order of how well they fit a query.

Knows: Cohere's request and answer (https://docs.cohere.com/reference/rerank), which Jina and vLLM share. Does not know:
a cross-encoder. The score is the likeness of two vectors, helped by the words that both have; it is named for that, and
a real reranker takes its place where one is declared.
"""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from services.common.errors import ApiError
from services.retrieval.minilm.encoder import Encoded, Encoder
from services.retrieval.words import words_of

NAME = "minilm-rerank"
MAX_DOCUMENTS = 1000
MAX_TOKENS = 300_000
WORDS_WEIGHT = 0.25
"""Share of the common words in the score; the rest is the likeness of the vectors."""


class Encodes(Protocol):
    """What makes vectors of texts."""

    def encode(self, texts: Sequence[str]) -> Encoded: ...


class RerankRequest(BaseModel):
    """``documents``: strings, or objects whose ``rank_fields`` (default ``text``) are read."""

    query: str = Field(min_length=1)
    documents: list[str | dict[str, Any]] = Field(min_length=1, max_length=MAX_DOCUMENTS)
    model: str = NAME
    top_n: int | None = Field(default=None, ge=1)
    rank_fields: list[str] | None = None
    return_documents: bool | None = None

    def texts(self) -> list[str]:
        """The text of each document. Raises ApiError (400) where one has none."""
        return [self._text(document, f"documents[{index}]") for index, document in enumerate(self.documents)]

    def _text(self, document: str | dict[str, Any], param: str) -> str:
        if isinstance(document, str):
            return document
        parts = [document.get(name) for name in self.rank_fields or ["text"]]
        found = [part for part in parts if isinstance(part, str)]
        if not found:
            raise ApiError(400, f"{param} has no text under {self.rank_fields or 'text'}.", param=param)
        return "\n".join(found)


def rerank(encoder: Encoder, request: RerankRequest) -> dict[str, Any]:
    """The body of the answer, best first; ``relevance_score`` is 0..1. Raises ApiError (400)."""
    texts = request.texts()
    tokens = sum(len(found.ids) for found in encoder.tokenize([request.query, *texts]))
    if tokens > MAX_TOKENS:
        raise ApiError(400, f"query and documents have {tokens} tokens, more than {MAX_TOKENS}: send fewer.")
    scores = relevance(encoder, request.query, texts)
    order = np.argsort(-scores, kind="stable")[: request.top_n]
    results: list[dict[str, Any]] = []
    for index in order:
        result: dict[str, Any] = {"index": int(index), "relevance_score": round(float(scores[index]), 6)}
        if request.return_documents is not False:
            document = request.documents[index]
            result["document"] = {"text": document} if isinstance(document, str) else document
        results.append(result)
    return {
        "id": f"rerank-{uuid.uuid4().hex}",
        "model": request.model,
        "results": results,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        "meta": {"billed_units": {"search_units": 1, "total_tokens": tokens}, "tokens": {"input_tokens": tokens}},
    }


def relevance(encoder: Encodes, query: str, texts: Sequence[str]) -> NDArray[np.float64]:
    """A number in 0..1 for each text."""
    vectors = encoder.encode([query, *texts]).vectors
    likeness = np.clip(vectors[1:] @ vectors[0], 0.0, 1.0).astype(np.float64)
    made: NDArray[np.float64] = (1 - WORDS_WEIGHT) * likeness + WORDS_WEIGHT * common_words(query, texts)
    return made


def common_words(query: str, texts: Sequence[str]) -> NDArray[np.float64]:
    """Share of the query's words that each text has, 0..1; a word that few of the texts have counts more."""
    asked = set(words_of(query))
    held = [set(words_of(text)) for text in texts]
    among = Counter(word for words in held for word in words & asked)
    weights = {word: math.log(1 + (len(texts) + 1) / (1 + among[word])) for word in asked}
    total = sum(weights.values()) or 1.0
    return np.array([sum(weights[word] for word in words & asked) / total for words in held])
