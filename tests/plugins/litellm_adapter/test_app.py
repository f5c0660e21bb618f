"""What the application does to LiteLLM before it serves; that it serves is tested through the running gateway."""

from __future__ import annotations

import gc
from types import SimpleNamespace

import pytest

from plugins.litellm_adapter.app import keep_for_good, no_cooldowns

pytestmark = pytest.mark.filterwarnings("ignore")


def test_cooldowns_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from litellm.proxy import proxy_server

    router = SimpleNamespace(disable_cooldowns=None)
    monkeypatch.setattr(proxy_server, "llm_router", router)
    no_cooldowns()
    assert router.disable_cooldowns is True
    monkeypatch.setattr(proxy_server, "llm_router", None)
    no_cooldowns()


def test_what_start_up_made_is_not_collected_over_and_over() -> None:
    before = len(gc.get_objects())
    try:
        keep_for_good()
        assert gc.get_freeze_count() > before / 2
        assert len(gc.get_objects()) < before / 10
    finally:
        gc.unfreeze()
