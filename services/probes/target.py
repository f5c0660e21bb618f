"""The deployments that can be probed, read from the rendered file.

Knows: the keys of an entry that say where and how it is asked. Does not know: HTTP, what a right answer is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from plugins.routing.types import Mode
from services.probes import material

Dialect = Literal["openai", "ollama", "mistral"]
LOCAL = "local"
EXTRACTIVE = "extractive"
"""The model group in the box that quotes documents."""

_DIALECTS: dict[str, Dialect] = {
    "openai": "openai",
    "hosted_vllm": "openai",
    "vllm": "openai",
    "litellm_proxy": "openai",
    "text-completion-openai": "openai",
    "infinity": "openai",
    "jina_ai": "openai",
    "cohere": "openai",
    "ollama": "ollama",
    "ollama_chat": "ollama",
    "mistral": "mistral",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One deployment. ``url``: as LiteLLM is told, with its ``/v1`` where that has one. ``ask``, ``expect``: the
    operator's own question and a regular expression for its answer. ``found``: how it was found, e.g. ``"gguf"``.
    ``document``: what the question is about, for one that quotes documents and says nothing else."""

    id: str
    group: str
    mode: Mode
    dialect: Dialect
    model: str
    url: str
    location: str
    key: str | None = field(default=None, repr=False)
    sees: bool = False
    ask: str | None = None
    expect: str | None = None
    found: str | None = None
    document: str | None = None

    @property
    def server(self) -> str:
        """The base URL without ``/v1``: several deployments may share a server."""
        return self.url.rstrip("/").removesuffix("/v1")


def targets(entries: Iterable[Any], environ: Mapping[str, str]) -> list[Target]:
    """Those at an address of their own and in a dialect that is spoken here; ``probe: false`` opts out."""
    return [made for entry in entries if isinstance(entry, Mapping) and (made := target(entry, environ)) is not None]


def target(entry: Mapping[str, Any], environ: Mapping[str, str]) -> Target | None:
    """One entry of ``model_list``; None where it cannot or should not be probed."""
    info, params = entry.get("model_info") or {}, entry.get("litellm_params") or {}
    wish = info.get("probe", True)
    provider, _, model = str(params.get("model", "")).partition("/")
    dialect = _DIALECTS.get(str(params.get("custom_llm_provider") or provider))
    url = params.get("api_base")
    if wish is False or info.get("signalbox_placeholder") is True or dialect is None or not isinstance(url, str):
        return None
    own, quotes = wish if isinstance(wish, Mapping) else {}, entry.get("model_name") == EXTRACTIVE
    if not own and info.get("builtin") is True:
        own = {"ask": "hello"}  # these answers know greetings and little else
    elif quotes:
        own = {"ask": material.ABOUT_IT, "expect": material.IN_IT}
    return Target(
        id=str(info.get("id", "")),
        group=str(entry.get("model_name", "")),
        mode=info.get("mode") or "chat",
        dialect=dialect,
        model=model or provider,
        url=url,
        location=str(info.get("location") or "unknown"),
        key=_secret(params.get("api_key"), environ),
        sees="image" in (info.get("modalities") or ()) or info.get("supports_vision") is True,
        ask=own.get("ask"),
        expect=own.get("expect"),
        found=info.get("found"),
        document=material.DOCUMENT if quotes else None,
    )


def _secret(value: object, environ: Mapping[str, str]) -> str | None:
    if not isinstance(value, str):
        return None
    return environ.get(value.removeprefix("os.environ/")) if value.startswith("os.environ/") else value
