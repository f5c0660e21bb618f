"""``POST /v1/embeddings``: what a request asks, and the answer in OpenAI's shape.

Knows: the four forms of ``input``, ``dimensions``, ``encoding_format``, the bounds. Does not know: how a vector is made
(``minilm``). Source: the OpenAI API reference, "Embeddings".
"""

from __future__ import annotations

import base64
import importlib.util
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, Field

from services.common.errors import ApiError
from services.retrieval.minilm.convert import SIZE
from services.retrieval.minilm.encoder import Encoder, Vectors, normalized

MAX_INPUTS = 2048
MAX_TOKENS = 8192
"""Of one input; OpenAI's own bound. A longer one is refused, not cut."""

MAX_TOTAL_TOKENS = 300_000
_ENCODING = "cl100k_base"


class EmbeddingRequest(BaseModel):
    """``dimensions``: the first so many numbers, brought to length 1 again."""

    input: Any
    model: str = "minilm"
    dimensions: int | None = Field(default=None, ge=1, le=SIZE)
    encoding_format: Literal["float", "base64"] | None = None

    def texts(self) -> list[str]:
        """The inputs as texts. Raises ApiError (400) with the field's place."""
        given = self.input
        if isinstance(given, str) or (isinstance(given, list) and given and all(_is_token(item) for item in given)):
            given = [given]
        if not isinstance(given, list) or not given:
            raise ApiError(400, "input must be a string, a list of strings, or tokens; not empty.", param="input")
        if len(given) > MAX_INPUTS:
            raise ApiError(400, f"input holds {len(given)} texts, more than {MAX_INPUTS}: send fewer.", param="input")
        return [_text(item, f"input[{index}]" if len(given) > 1 else "input") for index, item in enumerate(given)]


def embed(encoder: Encoder, request: EmbeddingRequest) -> dict[str, Any]:
    """The body of the answer. Raises ApiError (400) for input that is empty, too long or no text."""
    texts = request.texts()
    lengths = [len(found.ids) for found in encoder.tokenize(texts)]
    for index, length in enumerate(lengths):
        if length > MAX_TOKENS:
            raise ApiError(
                400,
                f"input[{index}] has {length} tokens, more than {MAX_TOKENS}: split it.",
                code="context_length_exceeded",
                param=f"input[{index}]",
            )
    if sum(lengths) > MAX_TOTAL_TOKENS:
        raise ApiError(400, f"input has more than {MAX_TOTAL_TOKENS} tokens in all: send fewer texts.", param="input")
    made = encoder.encode(texts)
    vectors = shortened(made.vectors, request.dimensions)
    tokens = sum(made.tokens)
    return {
        "object": "list",
        "model": request.model,
        "data": [
            {"object": "embedding", "index": index, "embedding": _written(row, request.encoding_format)}
            for index, row in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def shortened(vectors: Vectors, dimensions: int | None) -> Vectors:
    """The first ``dimensions`` numbers of each row with length 1; all of them for None."""
    return vectors if dimensions in (None, vectors.shape[1]) else normalized(vectors[:, :dimensions])


def _written(row: Vectors, encoding: str | None) -> list[float] | str:
    """Base64 is of little-endian 32-bit floats, as OpenAI's SDK reads it."""
    if encoding == "base64":
        return base64.b64encode(np.asarray(row, "<f4").tobytes()).decode()
    numbers: list[float] = row.tolist()
    return numbers


def _is_token(item: Any) -> bool:
    return isinstance(item, int) and not isinstance(item, bool)


def _text(item: Any, param: str) -> str:
    if isinstance(item, list) and item and all(_is_token(token) for token in item):
        return _decoded(item, param)
    if not isinstance(item, str):
        raise ApiError(400, f"{param} must be a string or a list of tokens.", param=param)
    if not item.strip():
        raise ApiError(400, f"{param} is empty: leave it out.", param=param)
    return item


def _decoded(tokens: list[int], param: str) -> str:
    """Token numbers are OpenAI's ``cl100k_base``: what its clients (LangChain's among them) send for any model."""
    encoding = _cl100k()
    if not all(0 <= token < encoding.n_vocab for token in tokens):
        raise ApiError(400, f"{param} holds a number that is no token of {_ENCODING}: send text.", param=param)
    try:
        text: str = encoding.decode(tokens)
    except KeyError:
        raise ApiError(400, f"{param} holds a number that is no token of {_ENCODING}.", param=param) from None
    return text


@lru_cache(maxsize=1)
def _cl100k() -> Any:
    """From the file that LiteLLM's package carries: tiktoken would fetch it."""
    import tiktoken

    carrier = importlib.util.find_spec("litellm")
    if carrier is not None and carrier.origin is not None:
        folder = Path(carrier.origin).parent / "litellm_core_utils" / "tokenizers"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(folder))
    return tiktoken.get_encoding(_ENCODING)
