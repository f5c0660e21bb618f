"""What a vLLM server offers, as entries.

Knows: vLLM's /v1/models answer. Does not know: when to look. Other servers use that port too: only answers that say
``owned_by: vllm`` count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from plugins.routing.types import Mode
from services.discovery.entry import Entry, billions_in, entry, location_of

KEY_NAME = "VLLM_API_KEY"
FAILURES = (httpx.HTTPError, httpx.InvalidURL, ValueError)

_EMBEDS = re.compile(r"(?i)embed|(^|[/_-])(bge|e5|gte)-|minilm|mpnet")
_RERANKS = re.compile(r"(?i)rerank")


async def find(url: str, env: Mapping[str, str], timeout_s: float) -> list[Entry]:
    """Every model that the server at ``url`` serves. Raises one of ``FAILURES`` where it does not answer as vLLM
    does."""
    base = url.rstrip("/").removesuffix("/v1")
    headers = {"Authorization": f"Bearer {env[KEY_NAME]}"} if env.get(KEY_NAME) else {}
    async with httpx.AsyncClient(timeout=timeout_s, trust_env=False, headers=headers) as client:
        answer = await client.get(f"{base}/v1/models")
        answer.raise_for_status()
        return to_entries(base, await location_of(base), answer.json(), env)


def to_entries(base: str, location: str, answer: Any, env: Mapping[str, str]) -> list[Entry]:
    """vLLM's list of models as entries; nothing for a server that is not vLLM."""
    data = answer.get("data") if isinstance(answer, dict) else None
    models = [m for m in data if isinstance(m, dict)] if isinstance(data, list) else []
    return [_to_entry(base, location, m, env) for m in models if m.get("owned_by") == "vllm" and m.get("id")]


def _to_entry(base: str, location: str, model: Mapping[str, Any], env: Mapping[str, str]) -> Entry:
    name = str(model["id"])
    known = f"{name} {model.get('root') or ''}"
    window = model.get("max_model_len")
    params = {"model": f"hosted_vllm/{name}", "api_base": f"{base}/v1"}
    if env.get(KEY_NAME):
        params["api_key"] = f"os.environ/{KEY_NAME}"
    mode: Mode = "rerank" if _RERANKS.search(known) else "embedding" if _EMBEDS.search(known) else "chat"
    return entry(
        "vllm",
        name,
        params,
        location=location,
        mode=mode,
        parameters_b=billions_in(known),
        context_window=window if isinstance(window, int) and window > 0 else None,
    )
