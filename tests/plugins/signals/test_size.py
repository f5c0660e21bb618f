import pytest

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Facts
from plugins.signals.size import SizeSignal


@pytest.mark.parametrize(
    ("tokens", "label"),
    [
        (0, "small"),
        (1_000, "small"),
        (1_001, "medium"),
        (8_000, "medium"),
        (8_001, "large"),
        (32_000, "large"),
        (32_001, "huge"),
        (10_000_000, "huge"),
    ],
)
def test_bounds(tokens: int, label: str) -> None:
    facts = Facts("r", "/v1/chat/completions", "auto", token_estimate=tokens)
    signal = SizeSignal(GatewaySpec()).extract(facts)
    assert (signal.name, signal.label, signal.detail) == ("size", label, {"tokens": tokens})
