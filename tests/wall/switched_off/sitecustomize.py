"""Put on the path of a system of the wall suite, and nowhere else: takes the gateway's own guards away.

Knows: the names of the hooks and of the detectors' entry. Does not know: the broker, which must stand all the same.
``WALL_SUITE_NO_HOOKS``: the three hooks do nothing. ``WALL_SUITE_CRASH``: detectors fail on a text with this word.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any


def without_hooks(module: ModuleType) -> None:
    """LiteLLM runs the hooks of the registered class; they let everything through."""

    async def pre_call(
        _: Any, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: str
    ) -> dict[str, Any]:
        del user_api_key_dict, cache, call_type
        return data

    async def choose(_: Any, model: str, healthy_deployments: list[Any], *more: Any, **named: Any) -> list[Any]:
        del model, more, named
        return healthy_deployments

    async def attempt(_: Any, kwargs: dict[str, Any], call_type: Any) -> None:
        del kwargs, call_type

    module.SignalboxHooks.async_pre_call_hook = pre_call
    module.SignalboxHooks.async_filter_deployments = choose
    module.SignalboxHooks.async_pre_call_deployment_hook = attempt


def with_crashing_detectors(module: ModuleType) -> None:
    """As a detector with a fault in it."""
    word, looked_at = os.environ["WALL_SUITE_CRASH"], module.Finder.counts

    def counts(self: Any, messages: Any, *more: Any, **named: Any) -> Any:
        if word in str(messages) or word in str(more):
            raise RuntimeError("a detector crashed")
        return looked_at(self, messages, *more, **named)

    module.Finder.counts = counts


CHANGES: dict[str, tuple[str, Callable[[ModuleType], None]]] = {
    "plugins.litellm_adapter.hooks": ("WALL_SUITE_NO_HOOKS", without_hooks),
    "plugins.detectors.finder": ("WALL_SUITE_CRASH", with_crashing_detectors),
}


class Changed(importlib.abc.MetaPathFinder):
    """Changes a module once it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        asked, change = CHANGES.get(name, ("", without_hooks))
        if not os.environ.get(asked):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        assert spec is not None
        assert spec.loader is not None
        loaded = spec.loader.exec_module

        def execute(module: ModuleType) -> None:
            loaded(module)
            change(module)

        spec.loader.exec_module = execute  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Changed())
