"""Who else would be told: callbacks, alerts, caches and guardrails of LiteLLM that the file names.

Knows: the keys of LiteLLM's sections that name a third party. Does not know: what each sends. One that is not declared
in ``gateway.boundary.third_parties`` is an error, and so is one in a zone that may not get restricted data: LiteLLM
1.106.2 leaves content out of what it logs of successes where it is told so, but not of failures (measured: a callback
was sent the text of refused requests), and a cache or a guardrail cannot do without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from plugins.routing.config.nearby import is_private
from plugins.routing.config.problems import Findings, Path
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import DataClass

OURS = "plugins.litellm_hooks.signalbox"
INSIDE = frozenset(
    {
        OURS,
        "prometheus",
        "dynamic_rate_limiter",
        "dynamic_rate_limiter_v3",
        "parallel_request_limiter_v3",
        "vector_store_pre_call_hook",
    }
)
"""Callbacks that send nothing anywhere."""

_CALLBACKS = (
    "callbacks",
    "success_callback",
    "failure_callback",
    "input_callback",
    "service_callback",
    "audit_log_callbacks",
)
_CACHE_HERE = frozenset({"local", "disk"})


def named(raw: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Name and place in the file of each third party."""
    settings, general = _section(raw, "litellm_settings"), _section(raw, "general_settings")
    for key in _CALLBACKS:
        given = settings.get(key)
        for index, name in enumerate(given if isinstance(given, list) else [given]):
            if isinstance(name, str) and name and name not in INSIDE:
                yield name, ("litellm_settings", key, index)
    alerting = general.get("alerting")
    for index, name in enumerate(alerting if isinstance(alerting, list) else ()):
        yield str(name), ("general_settings", "alerting", index)
    if settings.get("cache") and not _cache_is_here(settings.get("cache_params")):
        yield "cache", ("litellm_settings", "cache_params")
    for holder in (raw.get("guardrails"), settings.get("guardrails")):
        for index, one in enumerate(holder if isinstance(holder, list) else ()):
            if isinstance(one, Mapping) and not _guard_is_here(one):
                yield str(one.get("guardrail_name") or f"guardrail {index}"), ("guardrails", index)


def check_third_parties(raw: Mapping[str, Any], spec: GatewaySpec, findings: Findings) -> None:
    """Each is declared, in a zone that may get what it is told."""
    declared = spec.boundary.third_parties
    for name, path in named(raw):
        zone = declared.get(name)
        if zone is None:
            findings.error(
                path,
                f'"{name}" would be told about requests: say where it is, gateway.boundary.third_parties: '
                f"{{{name}: ZONE}}, or remove it",
            )
        elif spec.boundary.highest(zone) < DataClass.RESTRICTED:
            findings.error(
                path,
                f'"{name}" is given the content of requests, and its zone "{zone}" may not get restricted data: '
                "move it to one that may, or remove it",
            )


def _cache_is_here(params: object) -> bool:
    given = params if isinstance(params, Mapping) else {}
    kind = given.get("type", "redis")
    if kind in _CACHE_HERE:
        return True
    address = given.get("host") or given.get("url") or ""
    host = (urlsplit(str(address)).hostname or "") if "//" in str(address) else str(address)
    return kind == "redis" and bool(host) and is_private(host)


def _guard_is_here(one: Mapping[str, Any]) -> bool:
    """Presidio on a private address, and what LiteLLM does itself."""
    params = one.get("litellm_params")
    given = params if isinstance(params, Mapping) else {}
    if given.get("guardrail") in ("hide-secrets", "litellm_content_filter", "tool_permission"):
        return True
    bases = [v for k, v in given.items() if k.endswith(("api_base", "_url"))]
    return bool(bases) and all(isinstance(b, str) and is_private(urlsplit(b).hostname or "") for b in bases)


def _section(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}
