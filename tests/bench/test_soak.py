"""The slope of memory, from samples."""

from __future__ import annotations

import pytest

from tests.bench.soak import slopes


def test_the_slope_is_of_the_second_half() -> None:
    samples = [(n * 1000, {"gateway": 300.0 + 50 * min(n, 5), "llm": 60.0 + n}) for n in range(11)]
    gateway, llm = slopes(samples)
    assert (gateway.part, gateway.first_mb, gateway.last_mb) == ("gateway", 300.0, 550.0)
    assert gateway.per_thousand == pytest.approx(0.0, abs=1e-6)
    assert llm.per_thousand == pytest.approx(1.0)
