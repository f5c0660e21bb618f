"""The deployments of a running gateway: declared, built in, found, and a placeholder for each capability.

Knows: which entry wins over which, ids that stay. Does not know: files, processes, LiteLLM's other sections. Pure; the
gateway and ``signalbox explain`` share it, so both see the same deployments.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from plugins.routing.config.deployments import deployment_id, for_litellm, is_placeholder, is_shut_out
from plugins.routing.config.load import Config
from services.discovery.merge import merge
from services.supervisor.audio_entries import SPHINX, VOICES, audio_entries, with_prices

Entry = dict[str, Any]

INSTANT = "instant"
DOCUMENTS = "documents"
RETRIEVAL = {"minilm": "embedding", "minilm-rerank": "rerank", "extractive": "chat"}
"""Model groups of the part `retrieval`, and what each does."""

_OURS = frozenset({INSTANT, DOCUMENTS, SPHINX, VOICES})
_OF_OUR_PARTS = frozenset({"gguf", "whisper"})
DEAD_END = "http://127.0.0.1:9/v1"
"""Where a placeholder points: the discard port, so that a request that wrongly got there fails at once."""

ALMOST_FREE = 1e-9
"""US dollars a token of a capability. Zero would switch LiteLLM's budgets off for it; a real price would reserve the
whole budget at the first of two concurrent requests."""

_OPENAI_HOSTS = ("https://api.openai.com", "https://us.api.openai.com", "https://eu.api.openai.com")


@dataclass(frozen=True, slots=True)
class Sidecars:
    """Base URLs of our own parts. None: it does not run. ``serve``: index in model_list -> URL of the server that was
    started for it."""

    instant: str | None = None
    retrieval: str | None = None
    documents: str | None = None
    audio: str | None = None
    serve: Mapping[int, str] = field(default_factory=dict)


def complete_model_list(config: Config, found: Iterable[Entry], sidecars: Sidecars) -> list[Entry]:
    """``model_list`` as LiteLLM gets it: every entry with its own ``model_info.id``, in LiteLLM's words."""
    declared = [_declared(entry, sidecars.serve.get(i)) for i, entry in enumerate(_given(config))]
    groups = {str(entry["model_name"]) for entry in declared}
    entries = list(declared)
    if sidecars.instant is not None and config.spec.instant.enabled and INSTANT not in groups:
        entries.append(_instant(sidecars.instant))
        entries += [_skill(name, sidecars.instant) for name in config.spec.skills]
    if sidecars.retrieval is not None and config.spec.retrieval.enabled:
        # One that is declared takes the place of ours.
        done = {d.mode for d in config.deployments} - {"chat"}
        ours = _retrieval(sidecars.retrieval)
        entries += [e for e in ours if e["model_info"]["mode"] not in done and e["model_name"] not in groups]
    if sidecars.documents is not None and config.spec.documents.enabled and DOCUMENTS not in groups:
        entries.append(_documents(sidecars.documents, config.spec.documents.price_per_page))
    taken = {str(e["model_name"]) for e in entries} | _OURS | set(config.spec.capabilities)
    entries += [_found(entry) for entry in merge(declared, list(found)) if str(entry["model_name"]) not in taken]
    if sidecars.audio is not None and config.spec.audio.enabled:
        entries = [with_prices(e, config.spec.audio) if _info(e).get("found") == "whisper" else e for e in entries]
        offered = audio_entries(sidecars.audio, config.spec.audio, entries)
        entries += [entry for entry in offered if str(entry["model_name"]) not in groups]
    groups |= {str(entry["model_name"]) for entry in entries}
    entries += [
        _placeholder(name, capability.mode)
        for name, capability in config.spec.capabilities.items()
        if name not in groups
    ]
    return [for_litellm(entry) for entry in _with_unique_ids(entries) if not is_shut_out(entry, config.spec)]


def found_in(rendered: Mapping[str, Any]) -> list[Entry]:
    """The found entries of a file that was rendered before."""
    entries = rendered.get("model_list")
    if not isinstance(entries, list):
        return []
    return [e for e in entries if isinstance(e, dict) and "found" in _info(e) and not is_placeholder(e)]


def _given(config: Config) -> list[Entry]:
    entries = config.raw.get("model_list")
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []


def _declared(entry: Mapping[str, Any], served_at: str | None) -> Entry:
    """A copy with its id, from the entry as written: an address that we fill in may change at the next start."""
    made = copy.deepcopy(dict(entry))
    made["model_info"] = {**_info(entry), "id": deployment_id(entry)}
    params = dict(made.get("litellm_params") or {})
    if served_at is not None:
        params.setdefault("api_base", served_at)
        params.setdefault("api_key", "none")
    if _speaks_only_chat(params):
        params.setdefault("use_chat_completions_api", True)
    made["litellm_params"] = params
    return made


def _speaks_only_chat(params: Mapping[str, Any]) -> bool:
    """An OpenAI-shaped server that is not OpenAI's: few have the Responses API, and all have chat."""
    base = params.get("api_base")
    mine = isinstance(base, str) and not base.startswith(_OPENAI_HOSTS)
    return mine and str(params.get("model", "")).startswith("openai/")


def _found(entry: Mapping[str, Any]) -> Entry:
    """A file's id leaves out the address: it is that of our own part, whose port may change."""
    info = dict(_info(entry))
    params = dict(entry.get("litellm_params") or {})
    ours = info.get("found") in _OF_OUR_PARTS
    if ours:
        info.pop("id", None)
    named = {k: v for k, v in params.items() if k != "api_base"} if ours else params
    made = {**copy.deepcopy(dict(entry)), "litellm_params": params}
    if _speaks_only_chat(params):
        params.setdefault("use_chat_completions_api", True)
    made["model_info"] = {**info, "id": deployment_id({**entry, "litellm_params": named})}
    return made


def _instant(url: str) -> Entry:
    return {
        "model_name": INSTANT,
        "litellm_params": {
            "model": "openai/instant",
            "api_base": url,
            "api_key": "os.environ/SIGNALBOX_INTERNAL_KEY",
            "use_chat_completions_api": True,
        },
        "model_info": {
            "id": INSTANT,
            "location": "local",
            "tier": "instant",
            "modalities": ["text"],
            "builtin": True,
        },
    }


def _retrieval(url: str) -> list[Entry]:
    """What embeds, reranks and quotes in the box. Of the lowest tier, so that a model which is found later does not
    take its place: vectors of two models cannot be compared."""
    params = {"api_base": url, "api_key": "os.environ/SIGNALBOX_INTERNAL_KEY", "input_cost_per_token": 0.0}
    about = {"location": "local", "tier": "instant", "modalities": ["text"]}
    quotes: dict[str, Any] = {"features": []}
    return [
        {
            "model_name": name,
            "litellm_params": {
                "model": f"{'openai' if mode == 'chat' else 'hosted_vllm'}/{name}",
                **params,
                **({"use_chat_completions_api": True} if mode == "chat" else {}),
            },
            "model_info": {"id": name, "mode": mode, **about, **(quotes if mode == "chat" else {})},
        }
        for name, mode in RETRIEVAL.items()
    ]


def _documents(url: str, price: float) -> Entry:
    """Mistral's shape, which LiteLLM knows: POST {api_base}/ocr."""
    return {
        "model_name": DOCUMENTS,
        "litellm_params": {
            "model": "mistral/documents",
            "api_base": url,
            "api_key": "os.environ/SIGNALBOX_INTERNAL_KEY",
            "ocr_cost_per_page": price,
        },
        "model_info": {
            "id": DOCUMENTS,
            "location": "local",
            "tier": "small",
            "mode": "ocr",
            "modalities": ["text", "file", "image"],
            "ocr_cost_per_page": price,
            "builtin": True,
        },
    }


def _skill(name: str, url: str) -> Entry:
    """A trained skill, answered by the built-in service; the group is named apart from the ``skill/NAME`` that is asked
    for, which a language model may have to serve as well."""
    return {
        "model_name": f"skills/{name}",
        "litellm_params": {
            "model": f"openai/skill/{name}",
            "api_base": url,
            "api_key": "os.environ/SIGNALBOX_INTERNAL_KEY",
            "use_chat_completions_api": True,
        },
        "model_info": {
            "id": f"skill-{name}",
            "location": "local",
            "tier": "instant",
            "modalities": ["text"],
            "builtin": True,
            "features": ["json_object", "json_schema", "logprobs"],
            "probe": False,  # it declines what it is not sure of, and a probe's question is that
        },
    }


def _placeholder(name: str, mode: str) -> Entry:
    return {
        "model_name": name,
        "litellm_params": {
            "model": "openai/placeholder",
            "api_base": DEAD_END,
            "api_key": "none",
            "input_cost_per_token": ALMOST_FREE,
            "output_cost_per_token": ALMOST_FREE,
        },
        "model_info": {"id": f"capability-{name}", "signalbox_placeholder": True, "mode": mode},
    }


def _with_unique_ids(entries: Iterable[Entry]) -> list[Entry]:
    taken: dict[str, int] = {}
    made: list[Entry] = []
    for entry in entries:
        name = str(entry["model_info"]["id"])
        taken[name] = taken.get(name, 0) + 1
        unique = name if taken[name] == 1 else f"{name}-{taken[name]}"
        made.append({**entry, "model_info": {**entry["model_info"], "id": unique}})
    return made


def _info(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    info = entry.get("model_info")
    return info if isinstance(info, Mapping) else {}
