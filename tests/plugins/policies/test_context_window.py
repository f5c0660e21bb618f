from __future__ import annotations

import pytest

from plugins.policies.context_window import ContextWindowPolicy
from plugins.routing.config.spec import GatewaySpec
from tests.plugins.routing.make import deployment, facts

DEPLOYMENTS = (
    deployment("tiny", context_window=100),
    deployment("wide", context_window=1000),
    deployment("unsaid"),
)


@pytest.mark.parametrize(
    ("tokens", "output", "groups"),
    [
        (0, None, ["tiny", "wide", "unsaid"]),
        (100, None, ["tiny", "wide", "unsaid"]),
        (101, None, ["wide", "unsaid"]),
        (50, 51, ["wide", "unsaid"]),
        (1001, None, ["unsaid"]),
    ],
)
def test_what_fits(tokens: int, output: int | None, groups: list[str]) -> None:
    asked = facts(token_estimate=tokens, max_output_tokens=output)
    verdict = ContextWindowPolicy(GatewaySpec()).narrow(asked, {}, DEPLOYMENTS)
    assert [d.model_group for d in DEPLOYMENTS if d.id in verdict.kept] == groups


def test_reasons() -> None:
    policy = ContextWindowPolicy(GatewaySpec())
    assert policy.narrow(facts(), {}, DEPLOYMENTS).reason == ""
    verdict = policy.narrow(facts(token_estimate=5000), {}, DEPLOYMENTS[:2])
    assert verdict.kept == ()
    assert verdict.reason == "about 5000 tokens fit 0 of 2 (largest window: 1000)"
