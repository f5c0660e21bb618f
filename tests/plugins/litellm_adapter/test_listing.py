"""What a key is shown."""

from __future__ import annotations

from plugins.litellm_adapter.listing import listed
from tests.plugins.litellm_adapter.facts import key, router


def test_known_names_within_the_keys_limit() -> None:
    names = ["auto", "small", "openai/x", "fast"]
    assert listed(names, key(), router()) == ["auto", "small", "fast"]
    assert listed(names, key(capabilities=["auto"]), router()) == ["auto"]
