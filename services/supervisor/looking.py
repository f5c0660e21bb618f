"""The one place where the supervisor asks ``services.discovery``.

Knows: what it is to be told. Does not know: how it looks.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from plugins.routing.config.load import Config
from services.supervisor.finder import Look


def look_in(config: Callable[[], Config], environ: Mapping[str, str], llm_url: str | None) -> Look:
    """A function that looks once with the configuration of that moment. ``llm_url`` None: gguf files are not looked
    for, since nothing would serve them."""

    async def look() -> list[dict[str, Any]]:
        now = config()
        spec = now.spec.discovery if llm_url else now.spec.discovery.model_copy(update={"models_dir": None})
        try:
            discover = importlib.import_module("services.discovery.discover").discover
        except ImportError:
            return []
        found: list[dict[str, Any]] = await discover(
            spec, env=environ, root=now.path.absolute().parent, llm_base_url=f"{llm_url}/v1" if llm_url else ""
        )
        return found

    return look
