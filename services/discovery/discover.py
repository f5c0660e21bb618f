"""Looks for deployments everywhere at once.

Knows: the sources and their order. Does not know: what a source's answer means (a file each), what is declared
(``merge``).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from pathlib import Path

from plugins.routing.config.deployments import deployment_id
from plugins.routing.config.spec import Discovery
from services.discovery import cloud, gguf, ollama, vllm, whisper
from services.discovery.entry import Entry
from services.llm.library import Library

_log = logging.getLogger("signalbox.discovery")


async def discover(
    discovery: Discovery,
    *,
    env: Mapping[str, str],
    root: Path,
    llm_base_url: str | None,
    audio_base_url: str | None = None,
    timeout_s: float = 1.0,
) -> list[Entry]:
    """Every deployment found now, in a stable order and with stable ids: Ollama, vLLM, files, cloud.

    ``env``: the user's environment. ``root``: the folder that ``models_dir`` is relative to. ``llm_base_url``: the
    service ``llm``; None where it does not run, then files are not offered; ``audio_base_url``: the same of the service
    ``audio`` and Whisper's files. ``timeout_s``: what a source that does not
    answer costs at most; it then yields nothing.
    """
    asked: list[Awaitable[list[Entry]]] = [
        *(
            _asked(url, ollama.find(url, env, timeout_s), timeout_s)
            for url in ollama.server_urls(discovery.ollama, env)
        ),
        *(_asked(url, vllm.find(url, env, timeout_s), timeout_s) for url in discovery.vllm),
    ]
    found = [e for entries in await asyncio.gather(*asked) for e in sorted(entries, key=lambda e: str(e["model_name"]))]
    if discovery.models_dir is not None and llm_base_url is not None:
        found += gguf.find(_library(root / discovery.models_dir), env, llm_base_url)
    if discovery.models_dir is not None and audio_base_url is not None:
        found += whisper.find(root / discovery.models_dir, audio_base_url)
    if discovery.cloud:
        found += cloud.find(env)
    for e in found:
        e["model_info"]["id"] = deployment_id(e)
    return found


@lru_cache(maxsize=8)
def _library(folder: Path) -> Library:
    """One for each folder, so that only new and changed files are read when looking again."""
    return Library(folder)


async def _asked(url: str, answer: Awaitable[list[Entry]], timeout_s: float) -> list[Entry]:
    try:
        async with asyncio.timeout(timeout_s):
            return await answer
    except (*ollama.FAILURES, *vllm.FAILURES, TimeoutError, OSError) as error:
        _log.debug("nothing found at %s (%s)", url, type(error).__name__)
        return []
