from __future__ import annotations

from typing import Any

import pytest

from plugins.routing.content import BadRequest
from plugins.routing.parameter_types import check_types


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "hot"),
        ("temperature", True),
        ("top_p", [1]),
        ("presence_penalty", {}),
        ("seed", 1.5),
        ("seed", False),
        ("top_logprobs", "2"),
        ("stream_options", []),
        ("metadata", "x"),
        ("logit_bias", 3),
        ("user", 7),
        ("stop", 5),
        ("stop", ["a", 1]),
        ("stop_sequences", [None]),
    ],
)
def test_a_wrong_type_is_named(name: str, value: object) -> None:
    with pytest.raises(BadRequest) as caught:
        check_types({name: value})
    assert caught.value.param == name


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"temperature": 0, "top_p": 0.5, "seed": -1, "stop": "END", "user": "u", "metadata": {"a": "b"}},
        {"temperature": None, "seed": None, "stop": None, "stream_options": None, "user": None},
        {"stop": [], "stop_sequences": ["a"], "logit_bias": {"50256": -100}, "top_k": 5},
    ],
)
def test_what_is_legal_passes(body: dict[str, Any]) -> None:
    check_types(body)
