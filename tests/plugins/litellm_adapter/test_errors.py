"""Error bodies: shapes, codes, and what is cut."""

from __future__ import annotations

import json
from typing import Any

import pytest

from plugins.litellm_adapter import errors
from plugins.litellm_adapter.refusal import Refused


def _normalized(status: int, payload: Any, body: bytes = b"", anthropic: bool = False) -> dict[str, Any]:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    result: dict[str, Any] = json.loads(errors.normalize(status, raw, body, anthropic=anthropic))
    return result


@pytest.mark.parametrize(
    ("status", "payload", "code"),
    [
        (400, {"error": {"message": "litellm.ContextWindowExceededError: too long", "code": "400"}},
         "context_length_exceeded"),
        (400, {"error": {"message": "bad", "code": "content_policy_violation"}}, "content_policy_violation"),
        (429, {"error": {"message": "slow", "code": "429"}}, "rate_limit_exceeded"),
        (429, {"error": {"message": "Budget has been exceeded! Current cost: 1", "code": "429"}}, "budget_exceeded"),
        (401, {"detail": "no"}, "invalid_api_key"),
        (404, {"detail": {"error": "gone"}}, "not_found"),
        (500, b"<html>", "internal_error"),
        (503, {"error": "x"}, "service_unavailable"),
        (422, {"detail": [{"loc": ["body", "n"], "msg": "must be a number"}]}, "invalid_value"),
    ],
)  # fmt: skip
def test_every_error_gets_a_word_for_its_code(status: int, payload: Any, code: str) -> None:
    error = _normalized(status, payload)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == code
    assert error["message"]


@pytest.mark.parametrize(
    "message",
    [
        "litellm.BadRequestError: OpenAIException - n is too large. Received Model Group=small\n"
        "Available Model Group Fallbacks=['frontier']",
        "n is too large at http://10.1.2.3:8000/v1 LiteLLM Retried: 1 times",
        'n is too large\nTraceback (most recent call last):\n  File "/x/y.py", line 1',
    ],
)
def test_internals_are_cut(message: str) -> None:
    shown = errors.clean(message, 400)
    assert "n is too large" in shown
    for inside in ("litellm", "LiteLLM", "small", "frontier", "10.1.2.3", "Traceback", ".py"):
        assert inside not in shown


def test_the_callers_own_words_are_not_repeated() -> None:
    prompt = "my very secret prompt which is long enough"
    body = json.dumps({"messages": [{"content": prompt}]}).encode()
    shown = _normalized(400, {"error": {"message": f"cannot parse '{prompt}'"}}, body)["error"]["message"]
    assert "secret" not in shown


def test_anthropics_shape() -> None:
    value = _normalized(429, {"error": {"message": "slow down", "code": "429"}}, anthropic=True)
    assert value["type"] == "error"
    assert value["error"]["type"] == "rate_limit_error"


def test_our_own_message_stays_as_it_is() -> None:
    why = Refused(403, "litellm_config.yaml:3 says no", "data_boundary", kind="permission_error")
    assert json.loads(errors.render(why, anthropic=False))["error"] == {
        "message": why.message,
        "type": "permission_error",
        "param": None,
        "code": "data_boundary",
    }


@pytest.mark.parametrize("status", sorted(errors.NOT_THE_CALLERS))
def test_an_upstream_that_refuses_us_is_no_fault_of_the_caller(status: int) -> None:
    why = errors.upstream_refused(status)
    assert (why.status, why.code) == (502, "upstream_error")
