from __future__ import annotations

from pathlib import Path

import pytest

from plugins import registry
from plugins.registry import POLICIES, SIGNALS
from plugins.routing.config.spec import GatewaySpec

PLUGINS = Path(registry.__file__).parent


def test_names_are_those_that_policies_and_headers_rely_on() -> None:
    assert [s.name for s in SIGNALS] == ["caller", "modality", "size", "data_class", "intent", "instant", "skill"]
    assert [p.name for p in POLICIES] == [
        "capability",
        "key_limits",
        "budget",
        "context_window",
        "data_boundary",
        "probes",
        "deadline",
        "health",
    ]


@pytest.mark.parametrize(("folder", "classes"), [("signals", SIGNALS), ("policies", POLICIES)])
def test_every_file_is_registered_under_its_own_name(folder: str, classes: tuple[type, ...]) -> None:
    files = {p.stem for p in (PLUGINS / folder).glob("[a-z]*.py")}
    assert files == {c.__module__.split(".")[-1] for c in classes}
    assert all(getattr(c, "name", None) == c.__module__.split(".")[-1] for c in classes)


def test_each_is_made_with_the_spec_and_no_boundary_is_a_mere_preference() -> None:
    spec = GatewaySpec()
    for signal in SIGNALS:
        assert callable(signal(spec).extract)
    modes = {policy.name: policy(spec).mode for policy in POLICIES}
    assert modes == {
        "capability": "require",
        "key_limits": "require",
        "budget": "require",
        "context_window": "require",
        "data_boundary": "require",
        "probes": "require",
        "deadline": "prefer",
        "health": "prefer",
    }
