"""Cases of ``logprob``."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked
from plugins.routing.escalation.logprob import logprob


@pytest.mark.parametrize(
    ("values", "why"),
    [((), None), ((-5.0,) * 9, None), ((-5.0,) * 10, "low_logprob"), ((-0.1,) * 50, None), ((-1.5,) * 10, None)],
)
def test_logprob(values: tuple[float, ...], why: str | None) -> None:
    assert logprob(Asked(), Answer("x", logprobs=values)) == why
