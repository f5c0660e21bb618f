"""What the service is told, as one value.

Knows: the options, their environment variables, defaults and bounds. Does not know: processes, HTTP.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class LlmSettings:
    """``context``: tokens of one conversation at most (a model's own limit is kept; the cache for ``context *
    parallel`` tokens costs memory). ``parallel``: requests that one model works on at once; ``choices``: the highest
    ``n`` of one request. ``waiting``: requests that may queue for a model beyond those at work. ``max_loaded`` and
    ``memory_mib`` bound the models in memory; ``idle_s``: seconds without a request after which one is unloaded, 0
    never. ``load_timeout_s``: seconds that loading may take."""

    models_dir: Path
    context: int = 8192
    parallel: int = 2
    choices: int = 4
    waiting: int = 16
    max_loaded: int = 3
    memory_mib: int = 4096
    idle_s: float = 600.0
    load_timeout_s: float = 300.0
    threads: int = 2


def served_context(trained: int | None, most: int) -> int:
    """The tokens that a conversation with a model may have here: what it was trained for, but at most ``most``."""
    return min(trained, most) if trained else most


def from_environment(models_dir: Path, env: Mapping[str, str]) -> LlmSettings:
    """Settings from ``SIGNALBOX_LLM_*``. Raises ValueError naming the variable for a value that is not a number in
    bounds.

    The defaults fit the machine: half of its cores but at least two threads, and 80% of its memory.
    """
    memory = int(psutil.virtual_memory().total * 0.8) // _MEBIBYTE
    return LlmSettings(
        models_dir=models_dir,
        context=int(_number(env, "SIGNALBOX_LLM_CONTEXT", 8192, 256, 1 << 20)),
        parallel=int(_number(env, "SIGNALBOX_LLM_PARALLEL", 2, 1, 64)),
        choices=int(_number(env, "SIGNALBOX_LLM_CHOICES", 4, 1, 64)),
        waiting=int(_number(env, "SIGNALBOX_LLM_WAITING", 16, 0, 10_000)),
        max_loaded=int(_number(env, "SIGNALBOX_LLM_MAX_LOADED", 3, 1, 100)),
        memory_mib=int(_number(env, "SIGNALBOX_LLM_MEMORY_MIB", memory, 1, 1 << 30)),
        idle_s=_number(env, "SIGNALBOX_LLM_IDLE_S", 600, 0, 1e9),
        load_timeout_s=_number(env, "SIGNALBOX_LLM_LOAD_TIMEOUT_S", 300, 1, 36_000),
        threads=int(_number(env, "SIGNALBOX_LLM_THREADS", max(2, (os.cpu_count() or 2) // 2), 1, 1024)),
    )


def _number(env: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = env.get(name, "").strip()
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name}={text}: not a number") from None
    if not least <= value <= most:
        raise ValueError(f"{name}={text}: must be between {least:g} and {most:g}")
    return value
