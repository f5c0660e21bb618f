"""A found deployment as an entry of ``model_list``.

Knows: what a found entry carries (location, tier, modalities, context window, mode, where it was found). Does not know:
any runtime's answers, the network but for the addresses of a name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from plugins.routing.types import Mode, Tier

Entry = dict[str, Any]
Source = Literal["ollama", "vllm", "gguf", "whisper", "cloud"]

SMALL_UP_TO_B = 9.0
"""A found language model with up to this many billion parameters is ``small``; above it is ``large``."""

_SIZE_IN_A_NAME = re.compile(r"(?<![a-zA-Z0-9.])(\d+(?:\.\d+)?)\s*[bB](?![a-zA-Z0-9])")
_SIZE_WORD = re.compile(r"^\s*(?:(\d+)\s*x\s*)?(\d+(?:\.\d+)?)\s*([KMBT])\s*$", re.IGNORECASE)
_BILLIONS = {"K": 1e-6, "M": 1e-3, "B": 1.0, "T": 1e3}


def entry(
    source: Source,
    model_name: str,
    params: Mapping[str, Any],
    *,
    location: str,
    mode: Mode = "chat",
    tier: Tier | None = None,
    parameters_b: float | None = None,
    modalities: Iterable[str] = ("text",),
    context_window: int | None = None,
    features: Sequence[str] | None = None,
) -> Entry:
    """One entry. ``parameters_b``: billions of weights; ``tier`` None: from those, small where they are unknown."""
    info: dict[str, Any] = {
        "location": location,
        "tier": (tier if tier is not None else tier_of(parameters_b)).label,
        "modalities": sorted(modalities, key=lambda m: (m != "text", m)),
        "mode": mode,
        "found": source,
    }
    if context_window:
        info["context_window"] = context_window
    if parameters_b:
        info["parameters_b"] = parameters_b
    if features is not None:
        info["features"] = sorted(features)
    return {"model_name": model_name, "litellm_params": dict(params), "model_info": info}


def tier_of(parameters_b: float | None) -> Tier:
    """The tier of a language model by its size in billions of parameters."""
    return Tier.LARGE if parameters_b is not None and parameters_b > SMALL_UP_TO_B else Tier.SMALL


def billions(word: object) -> float | None:
    """``"4.0B"`` -> 4.0, ``"596M"`` -> 0.596, ``"8x7B"`` -> 56.0; None for anything else."""
    match = _SIZE_WORD.match(word) if isinstance(word, str) else None
    if not match:
        return None
    return _tidy(float(match[2]) * int(match[1] or 1) * _BILLIONS[match[3].upper()])


def billions_of(parameters: object) -> float | None:
    """A number of weights in billions; None where it is not a positive number."""
    if isinstance(parameters, bool) or not isinstance(parameters, int | float) or parameters <= 0:
        return None
    return _tidy(parameters / 1e9)


def billions_in(name: str) -> float | None:
    """The size that a model's name tells: ``"Qwen/Qwen3-4B-AWQ"`` -> 4.0."""
    match = _SIZE_IN_A_NAME.search(name.replace("-", " ").replace("_", " ").replace("/", " ").replace(":", " "))
    return _tidy(float(match[1])) if match else None


def _tidy(value: float) -> float:
    return float(f"{value:.3g}")


async def location_of(url: str) -> str:
    """``"local"`` where every address of the URL's host is loopback or private, else ``"cloud"``.

    A name that does not resolve is ``"cloud"``: what cannot be proved near is far.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return "cloud"
    addresses = [host]
    if not _is_address(host):
        try:
            loop = asyncio.get_running_loop()
            told = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return "cloud"
        addresses = [str(address[4][0]) for address in told]
    return "local" if addresses and all(_is_near(a) for a in addresses) else "cloud"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_near(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return (ip.is_loopback or ip.is_private) and not ip.is_unspecified
