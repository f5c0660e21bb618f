"""Token counts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from plugins.litellm_adapter.usage import tokens_of


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ({"usage": {"prompt_tokens": 3, "completion_tokens": 4}}, (3, 4)),
        ({"usage": {"input_tokens": 5, "output_tokens": 6}}, (5, 6)),
        (SimpleNamespace(usage=SimpleNamespace(prompt_tokens=7)), (7, None)),
        ({"usage": {"prompt_tokens": True}}, (None, None)),
        (None, (None, None)),
    ],
)
def test_tokens_of(answer: Any, wanted: tuple[int | None, int | None]) -> None:
    assert tokens_of(answer) == wanted
