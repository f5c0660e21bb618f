"""What differs between two accepted configurations, in short clauses for people.

Knows: deployments by id, the keys of ``gateway:``, LiteLLM's sections. Does not know: files. Pure. No value is told:
one may be a credential.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plugins.routing.config.deployments import deployment_id, is_placeholder
from plugins.routing.config.load import Config

AT_NEXT_START = ("litellm_settings", "general_settings", "router_settings", "environment_variables")
"""LiteLLM reads these when it starts, and at no other time."""


def changes(old: Config, new: Config) -> tuple[str, ...]:
    """One clause for each thing that is another one; empty where only comments or the order are."""
    return (*_deployments(old, new), *_gateway(old, new), *waiting_for_start(old, new))


def waiting_for_start(old: Config, new: Config) -> tuple[str, ...]:
    """The sections that changed and count from the next start only."""
    return tuple(
        f"{section} changed (counts from the next start)"
        for section in AT_NEXT_START
        if (old.raw.get(section) or {}) != (new.raw.get(section) or {})
    )


def _deployments(old: Config, new: Config) -> Iterator[str]:
    before, after = _by_id(old), _by_id(new)
    for name in after:
        if name not in before:
            yield f"deployment {name} added"
        elif after[name] != before[name]:
            keys = [k for section in ("litellm_params", "model_info") for k in _differing(before, after, name, section)]
            yield f"deployment {name} changed: {', '.join(keys) or 'model_name'}"
    yield from (f"deployment {name} removed" for name in before if name not in after)


def _differing(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], name: str, section: str
) -> list[str]:
    one, two = before[name].get(section) or {}, after[name].get(section) or {}
    return sorted(str(k) for k in {*one, *two} if one.get(k) != two.get(k))


def _by_id(config: Config) -> dict[str, Mapping[str, Any]]:
    entries = [e for e in config.raw.get("model_list") or () if isinstance(e, Mapping) and not is_placeholder(e)]
    return {deployment_id(entry): entry for entry in entries}


def _gateway(old: Config, new: Config) -> Iterator[str]:
    for name in _keys(old.spec.model_dump(mode="python"), new.spec.model_dump(mode="python"), "gateway"):
        yield f"{name} changed"


def _keys(one: Mapping[Any, Any], two: Mapping[Any, Any], path: str) -> Iterator[str]:
    for key in dict.fromkeys((*one, *two)):
        a, b = one.get(key), two.get(key)
        if a == b:
            continue
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            yield from _keys(a, b, f"{path}.{key}")
        else:
            yield f"{path}.{key}"
