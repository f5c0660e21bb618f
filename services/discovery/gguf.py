"""The model files in a folder, as entries that point to the embedded llama.cpp.

Knows: which kinds of file the service ``llm`` serves, and how it is asked. Does not know: how a header is read, when.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from plugins.routing.types import Mode
from services.discovery.entry import Entry, billions, billions_of, entry
from services.llm.library import Library, ModelFile
from services.llm.settings import from_environment, served_context

_MODES: Mapping[str, tuple[Mode, str]] = {
    "chat": ("chat", "openai/"),
    "completion": ("completion", "text-completion-openai/"),
    "embedding": ("embedding", "openai/"),
}


def find(library: Library, env: Mapping[str, str], llm_base_url: str) -> list[Entry]:
    """Every model of the folder that can serve, by name."""
    most = from_environment(Path(), env).context
    models = library.scan().values()
    return [e for e in (to_entry(model, llm_base_url, most) for model in models) if e is not None]


def to_entry(model: ModelFile, llm_base_url: str, most_context: int) -> Entry | None:
    """One file as an entry; None for a damaged one and for kinds that are not served (projectors, rerankers)."""
    header = model.header
    if header is None or header.kind not in _MODES:
        return None
    mode, prefix = _MODES[header.kind]
    features = ["json_object", "json_schema", "logprobs", "n", *(["tools"] if header.tools else [])]
    params = {
        "model": prefix + model.name,
        "api_base": llm_base_url.rstrip("/").removesuffix("/v1") + "/v1",
        "api_key": "os.environ/SIGNALBOX_INTERNAL_KEY",
        "use_chat_completions_api": True,
    }
    return entry(
        "gguf",
        model.name,
        params,
        location="local",
        mode=mode,
        parameters_b=billions(header.size_label) or billions_of(header.parameters),
        context_window=served_context(header.context_length, most_context),
        features=features if mode == "chat" else None,
    )
