from __future__ import annotations

import json

import pytest

from services.llm.errors import PoolError, crashed, from_llama, from_pool
from services.llm.pool import BusyError, UnknownModelError, UnservableError
from services.llm.process import LoadError


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (BusyError("full", 7), 429, "model_busy"),
        (UnknownModelError("no x"), 404, "model_not_found"),
        (UnservableError("x.gguf: cut"), 503, "model_not_loadable"),
        (LoadError("x.gguf: bad"), 503, "model_not_loadable"),
    ],
)
def test_from_pool(error: PoolError, status: int, code: str) -> None:
    told = from_pool(error)
    assert (told.status, told.code) == (status, code)
    assert str(error) in told.message


def test_busy_says_when_to_come_back() -> None:
    assert from_pool(BusyError("full", 7)).headers == {"Retry-After": "7"}


@pytest.mark.parametrize(
    ("status", "said", "becomes", "code"),
    [
        (
            400,
            {"type": "exceed_context_size_error", "n_ctx": 512, "n_prompt_tokens": 704},
            400,
            "context_length_exceeded",
        ),
        (500, {"type": "server_error", "message": "image input is not supported - hint"}, 400, "unsupported_value"),
        (501, {"type": "not_supported_error", "message": "This server does"}, 400, "unsupported_value"),
        (400, {"type": "invalid_request_error", "message": "Expected 'messages' to be an array"}, 400, None),
        (500, {"type": "server_error", "message": "Context size has been exceeded."}, 503, "model_failed"),
    ],
)
def test_from_llama(status: int, said: dict[str, object], becomes: int, code: str | None) -> None:
    told = from_llama(status, json.dumps({"error": said}).encode())
    assert (told.status, told.code) == (becomes, code)


@pytest.mark.parametrize("body", [b"", b"oops", b"[]", b'{"error": "x"}'])
def test_an_answer_without_words_is_still_an_error(body: bytes) -> None:
    assert from_llama(500, body).message == "The model's server answered 500."


def test_a_context_error_has_the_words_that_clients_look_for() -> None:
    body = {"error": {"type": "exceed_context_size_error", "n_ctx": 512, "n_prompt_tokens": 704}}
    assert "maximum context length is 512 tokens" in from_llama(400, json.dumps(body).encode()).message


def test_crashed_can_be_tried_again() -> None:
    assert (crashed("x").status, crashed("x").headers) == (503, {"Retry-After": "1"})
