"""What an Ollama server offers, as entries.

Knows: Ollama's /api/tags and /api/show answers (source: docs/api.md in the ollama project). Does not know: when to
look.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import httpx
import ollama
import pydantic

from plugins.routing.types import Mode
from services.discovery.entry import Entry, billions, billions_in, billions_of, entry, location_of

DEFAULT_URL = "http://127.0.0.1:11434"
MOST_CONTEXT = 32_768
"""Ollama cuts off what exceeds its ``num_ctx`` without a word, and that is 4,096 by default. So each request says how
much it wants: what the model was trained for, but no more than this, because the memory for it is taken at once."""

_NUM_CTX = re.compile(r"^\s*num_ctx\s+(\d+)\s*$", re.MULTILINE)
_ENCODERS = ("bert", "nomic-bert", "mxbai", "jina-bert")
_SHOWS_AT_ONCE = 8

FAILURES = (httpx.HTTPError, ollama.ResponseError, ConnectionError, pydantic.ValidationError, ValueError, KeyError)
"""What a server that is not there, not Ollama, or too old can raise."""


def server_urls(urls: tuple[str, ...], env: Mapping[str, str]) -> tuple[str, ...]:
    """The URLs to ask. ``OLLAMA_HOST`` (host, host:port or URL, as Ollama reads it) takes the place of the default
    one."""
    own = host_url(env.get("OLLAMA_HOST", ""))
    asked = [own if own and url.rstrip("/") == DEFAULT_URL else url.rstrip("/") for url in urls]
    return tuple(dict.fromkeys(asked))


def host_url(text: str) -> str | None:
    """``OLLAMA_HOST`` as a URL that can be asked: ``0.0.0.0`` is an address to listen on, and answers on loopback."""
    text = text.strip().strip("\"'").rstrip("/")
    if not text:
        return None
    scheme, _, rest = text.rpartition("://")
    host, _, port = rest.partition("/")[0].rpartition(":") if re.search(r":\d+$", rest) else (rest, "", "")
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104  read, not bound
    default = {"https": "443", "http": "80"}.get(scheme, "11434")
    return f"{scheme or 'http'}://{host}:{port or default}"


async def find(url: str, env: Mapping[str, str], timeout_s: float) -> list[Entry]:
    """Every model that the server at ``url`` has. Raises one of ``FAILURES`` or TimeoutError where it does not answer.

    A model whose details do not come in time is listed by what the first answer said of it.
    """
    client = ollama.AsyncClient(host=url, timeout=timeout_s, trust_env=False)
    gate = asyncio.Semaphore(_SHOWS_AT_ONCE)

    async def details(name: str) -> dict[str, Any]:
        try:
            async with gate:
                return (await client.show(name)).model_dump(by_alias=True)
        except FAILURES:
            return {}

    try:
        listed = [m.model_dump() for m in (await client.list()).models if m.model]
        location = await location_of(url)
        shown = await asyncio.gather(*(details(str(m["model"])) for m in listed))
    finally:
        await client._client.aclose()
    return [to_entry(url, location, tag, show, env) for tag, show in zip(listed, shown, strict=True)]


def to_entry(url: str, location: str, tag: Mapping[str, Any], show: Mapping[str, Any], env: Mapping[str, str]) -> Entry:
    """One of /api/tags' models and its /api/show answer (empty: not known) as an entry."""
    name = str(tag["model"])
    details = {**(tag.get("details") or {}), **(show.get("details") or {})}
    info = show.get("model_info") or {}
    capabilities = _capabilities(show, details)
    mode: Mode = "embedding" if "embedding" in capabilities and "completion" not in capabilities else "chat"
    window, asks = _context(show, info, env)
    size = billions(details.get("parameter_size")) or billions_of(info.get("general.parameter_count"))
    params: dict[str, Any] = {"model": f"ollama_chat/{name}", "api_base": url}
    if mode == "embedding":
        params["model"] = f"ollama/{name}"
    elif asks:
        params["num_ctx"] = asks
    modalities = {"text", "image"} if "vision" in capabilities else {"text"}
    features = ["json_object", "json_schema", *(["tools"] if "tools" in capabilities else [])]
    return entry(
        "ollama",
        name,
        params,
        location=location,
        mode=mode,
        parameters_b=size or billions_in(name),
        modalities=modalities,
        context_window=window,
        features=features if mode == "chat" else None,
    )


def _capabilities(show: Mapping[str, Any], details: Mapping[str, Any]) -> set[str]:
    """What the model can do; servers before 0.6 do not say it, then by its families and its template."""
    said = show.get("capabilities")
    if said:
        return {str(word) for word in said}
    families = [str(f) for f in (details.get("families") or [details.get("family") or ""])]
    if any(f.startswith(_ENCODERS) for f in families):
        return {"embedding"}
    found = {"completion"}
    if any(f in ("clip", "mllama") for f in families) or show.get("projector_info"):
        found.add("vision")
    if ".Tools" in str(show.get("template") or ""):
        found.add("tools")
    return found


def _context(show: Mapping[str, Any], info: Mapping[str, Any], env: Mapping[str, str]) -> tuple[int | None, int | None]:
    """(tokens that a conversation may have, ``num_ctx`` to send or None where the server's own setting already says
    it)."""
    trained = info.get(f"{info.get('general.architecture')}.context_length")
    if not isinstance(trained, int):
        trained = next((v for k, v in info.items() if k.endswith(".context_length") and isinstance(v, int)), None)
    own = _NUM_CTX.search(str(show.get("parameters") or ""))
    if own:
        return (min(int(own[1]), trained) if trained else int(own[1])), None
    served = env.get("OLLAMA_CONTEXT_LENGTH", "")
    most = int(served) if served.isdigit() and int(served) > 0 else MOST_CONTEXT
    if trained is None:
        return None, None
    return min(trained, most), min(trained, most)
