"""Declared deployments come before found ones.

Knows: when a found entry is one that somebody declared already. Does not know: where entries come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.discovery.entry import Entry


def merge(declared: Iterable[Mapping[str, Any]], found: Iterable[Entry]) -> list[Entry]:
    """The found entries that are new, in their order.

    One that is declared, by its model group or by the same model at the same address, is left out, and so is the second
    of two found ones with the same model group, model and address.
    """
    groups, places = set(), set()
    for entry in declared:
        groups.add(entry.get("model_name"))
        places.add(_place(entry))
    new: list[Entry] = []
    seen = set()
    for entry in found:
        identity = (entry["model_name"], *_place(entry))
        if entry["model_name"] in groups or _place(entry) in places or identity in seen:
            continue
        seen.add(identity)
        new.append(entry)
    return new


def _place(entry: Mapping[str, Any]) -> tuple[str, str]:
    """(model, address) as they compare: a trailing slash and the two names of loopback make no difference."""
    params = entry.get("litellm_params")
    params = params if isinstance(params, Mapping) else {}
    base = str(params.get("api_base") or "").rstrip("/").replace("://localhost", "://127.0.0.1")
    model = str(params.get("model") or "")
    return (model.replace("ollama/", "ollama_chat/", 1) if model.startswith("ollama/") else model), base
