"""The one place where the supervisor asks ``services.discovery``.

Knows: what it is to be told. Does not know: how it looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from plugins.routing.config.load import Config
from services.discovery.discover import discover
from services.supervisor.finder import Look


def look_in(
    config: Callable[[], Config], environ: Mapping[str, str], llm_url: str | None, audio_url: str | None = None
) -> Look:
    """A function that looks once with the configuration of that moment. ``llm_url`` None: gguf files are not looked
    for, since nothing would serve them; ``audio_url`` None: nor Whisper's."""

    base = f"{llm_url}/v1" if llm_url else None

    async def look() -> list[dict[str, Any]]:
        now = config()
        folder = now.path.absolute().parent
        return await discover(now.spec.discovery, env=environ, root=folder, llm_base_url=base, audio_base_url=audio_url)

    return look
