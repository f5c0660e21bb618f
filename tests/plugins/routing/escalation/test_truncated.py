"""Cases of ``truncated``."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked
from plugins.routing.escalation.truncated import truncated


@pytest.mark.parametrize(
    ("length_set", "finish", "why"),
    [(False, "length", "truncated"), (True, "length", None), (False, "stop", None), (False, None, None)],
)
def test_truncated(length_set: bool, finish: str | None, why: str | None) -> None:
    assert truncated(Asked(length_set=length_set), Answer("half a", finish_reason=finish)) == why
