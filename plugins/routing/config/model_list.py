"""Checks of ``model_list``: everything in it that routing reads, and names that are nearly ours.

Knows: the keys of ``model_info`` that Signalbox understands. Does not know: LiteLLM's own keys, which pass
unread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from plugins.routing.config.gateway import MODALITIES, UNKNOWN_LOCATION
from plugins.routing.config.nearby import is_near
from plugins.routing.config.operation import check_limits, check_probe
from plugins.routing.config.problems import Findings, Path, nearly, shown, unknown
from plugins.routing.config.reader import INVALID, read_field, word_of
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.config.zones import ZoneTerms
from plugins.routing.costs import BOUNDS
from plugins.routing.types import Tier

FEATURES: tuple[str, ...] = ("tools", "json_schema", "json_object", "logprobs", "n")
"""What ``model_info.features`` may name."""

MODES: tuple[str, ...] = (
    "chat",
    "completion",
    "embedding",
    "rerank",
    "audio_transcription",
    "audio_speech",
    "image_generation",
    "moderation",
    "ocr",
)
"""The modes that are routed."""

LITELLM_MODES: tuple[str, ...] = (
    "responses",
    "image_edit",
    "video_generation",
    "realtime",
    "search",
    "vector_store",
    "batch",
)
"""Further modes of LiteLLM: ``responses`` is chat to routing, the others are served by name only,
unrouted."""

TIER_KEY = "signalbox_tier"
"""What ``tier`` is called where LiteLLM reads it: LiteLLM 1.106.2 accepts only ``free`` and ``paid`` under
``tier``."""

OUR_KEYS: tuple[str, ...] = (
    "id",
    "location",
    "tier",
    "modalities",
    "context_window",
    "mode",
    "features",
    "serve",
    "found",
    "parameters_b",
    "region",
    "retention_days",
    "trains_on_data",
    "builtin",
    *BOUNDS,
    "probe",
    "accuracy",
    "max_concurrency",
    "reserved",
)
TERMS = ("region", "retention_days", "trains_on_data")
_LITELLM_KEYS = frozenset({"ids", "db_model", "model", "models", "base_model", "key", "team_id", "filter"})
_TIERS = tuple(t.label for t in Tier)


def check_model_list(value: object, spec: GatewaySpec, findings: Findings) -> list[dict[str, Any]]:
    """The entries that are mappings; mistakes go to ``findings``. A missing or empty list is a bare
    machine."""
    if value is None:
        return []
    if not isinstance(value, list):
        findings.error(("model_list",), f"must be a list of deployments, not {shown(value)}")
        return []
    ids: dict[str, int] = {}
    entries: list[dict[str, Any]] = []
    for index, entry in enumerate(value):
        path: Path = ("model_list", index)
        if not isinstance(entry, dict):
            findings.error(path, f"must be a mapping with model_name and litellm_params, not {shown(entry)}")
            continue
        entries.append(entry)
        _check_entry(entry, path, spec, findings)
        info = entry.get("model_info")
        given = info.get("id") if isinstance(info, dict) else None
        if isinstance(given, str) and given in ids:
            findings.error((*path, "model_info", "id"), f"duplicate id {shown(given)} (also model_list[{ids[given]}])")
        elif isinstance(given, str):
            ids[given] = index
    return entries


def _check_entry(entry: dict[str, Any], path: Path, spec: GatewaySpec, findings: Findings) -> None:
    name = entry.get("model_name")
    info = entry.get("model_info")
    placeholder = isinstance(info, dict) and info.get("signalbox_placeholder") is True
    if not isinstance(name, str) or not name.strip():
        what = "is missing" if name is None else f"must be text, not {shown(name)}"
        findings.error((*path, "model_name"), f"{what}: the name of the model group that this deployment serves")
    elif name in spec.capabilities and not placeholder:
        findings.error(
            (*path, "model_name"),
            f"{shown(name)} is a capability (gateway.capabilities, or a shipped default): give the model group "
            "a name of its own, and applications still ask for the capability",
        )
    _check_params(entry.get("litellm_params"), (*path, "litellm_params"), findings)
    if info is not None and not isinstance(info, dict):
        findings.error((*path, "model_info"), f"must be a mapping of keys, not {shown(info)}")
        return
    if not placeholder:
        _check_info(info or {}, (*path, "model_info"), spec, findings)
        _check_nearby(entry, (*path, "model_info", "location"), spec, findings)


def _check_nearby(entry: Mapping[str, Any], path: Path, spec: GatewaySpec, findings: Findings) -> None:
    info = entry.get("model_info")
    if not isinstance(info, Mapping) or info.get("location") != "local" or info.get("serve"):
        return
    if not is_near(entry, spec.boundary.local_hosts):
        findings.error(
            path,
            "local, and its api_base is neither on this machine nor a private address: name the host in "
            "gateway.boundary.local_hosts, or the zone where it is",
        )


def _check_params(params: object, path: Path, findings: Findings) -> None:
    if not isinstance(params, dict):
        what = "is missing" if params is None else f"must be a mapping of keys, not {shown(params)}"
        findings.error(path, f"{what}: it needs at least model, e.g. ollama_chat/qwen3:4b")
        return
    model = params.get("model")
    if not isinstance(model, str) or not model.strip():
        what = "is missing" if model is None else f"must be text, not {shown(model)}"
        findings.error((*path, "model"), f"{what}: provider/model, e.g. ollama_chat/qwen3:4b")
    base = params.get("api_base")
    if base is not None and not isinstance(base, str):
        findings.error((*path, "api_base"), f"must be a URL, not {shown(base)}")


def _check_info(info: Mapping[str, Any], path: Path, spec: GatewaySpec, findings: Findings) -> None:
    _check_location(info, path, spec, findings)
    for key in ("tier", TIER_KEY):
        tier = info.get(key)
        if key in info and word_of(Tier, tier) is INVALID and not (key == "tier" and tier in ("free", "paid", None)):
            findings.error((*path, key), unknown("tier", tier, _TIERS))
    _check_words(info, "modalities", "modality", MODALITIES, path, findings)
    _check_words(info, "features", "feature", FEATURES, path, findings)
    mode = info.get("mode")
    if mode is not None and mode not in MODES:
        if mode in LITELLM_MODES:
            if mode != "responses":
                findings.warn((*path, "mode"), f"{shown(mode)} is not routed: no request will be sent here")
        else:
            findings.error((*path, "mode"), unknown("mode", mode, (*MODES, *LITELLM_MODES)))
    window = info.get("context_window")
    if window is not None and (not isinstance(window, int) or isinstance(window, bool) or window <= 0):
        findings.error((*path, "context_window"), f"must be a positive whole number of tokens, not {shown(window)}")
    size = info.get("parameters_b")
    if size is not None and (not isinstance(size, int | float) or isinstance(size, bool) or not size > 0):
        findings.error((*path, "parameters_b"), f"must be a positive number (billions), not {shown(size)}")
    given_id = info.get("id")
    if given_id is not None and (not isinstance(given_id, str) or not given_id.strip()):
        findings.error((*path, "id"), f"must be text, not {shown(given_id)}")
    for key, most in BOUNDS.items():
        cost = info.get(key)
        if cost is not None and (not isinstance(cost, int | float) or isinstance(cost, bool) or not 0 <= cost <= most):
            findings.error((*path, key), f"must be a number from 0 to {most:g}, not {shown(cost)}")
    if info.get("watts") and info.get("price_per_kwh") is None and not spec.costs.price_per_kwh:
        findings.warn(
            (*path, "watts"), "electricity counts nothing: state price_per_kwh here or gateway.costs.price_per_kwh"
        )
    _check_serve(info.get("serve"), (*path, "serve"), findings)
    check_probe(info.get("probe"), (*path, "probe"), findings)
    check_limits(info, path, findings)
    _check_terms(info, path, findings)
    for key in info:
        _warn_if_nearly_ours(str(key), path, findings)


def _check_terms(info: Mapping[str, Any], path: Path, findings: Findings) -> None:
    for key in TERMS:
        if info.get(key) is not None:
            read_field(ZoneTerms.model_fields[key], info[key], (*path, key), findings)


def _check_location(info: Mapping[str, Any], path: Path, spec: GatewaySpec, findings: Findings) -> None:
    location = info.get("location")
    if spec.boundary.mode == "closed" and not spec.boundary.keeps_in(str(location)) and info.get("builtin") is not True:
        findings.warn(
            (*path, "location"), "is not loaded: gateway.boundary.mode is closed, and its zone is not restricted's"
        )
    if location is None:
        return
    if not isinstance(location, str) or not location.strip():
        findings.error((*path, "location"), f"must be text, the name of a zone, not {shown(location)}")
    elif location != UNKNOWN_LOCATION and location not in spec.boundary.zones:
        findings.warn(
            (*path, "location"),
            f"no zone is named {shown(location)}, so it is given class public only "
            f"(gateway.boundary.zones names: {', '.join(spec.boundary.zones)})",
        )


def _check_words(
    info: Mapping[str, Any], key: str, what: str, valid: Collection[str], path: Path, findings: Findings
) -> None:
    value = info.get(key)
    if value is None:
        return
    if not isinstance(value, list):
        findings.error((*path, key), f"must be a list such as [{next(iter(valid))}], not {shown(value)}")
        return
    if not value and key == "modalities":
        findings.error((*path, key), "is empty: name at least one, or remove the key (default: text)")
    for index, word in enumerate(value):
        if word not in valid:
            findings.error((*path, key, index), unknown(what, word, valid))


def _check_serve(serve: object, path: Path, findings: Findings) -> None:
    """``serve: {engine: vllm, model: NAME, args: [...]}``: a server that the supervisor starts itself."""
    if serve is None:
        return
    if not isinstance(serve, dict):
        findings.error(path, f"must be a mapping such as {{engine: vllm, model: NAME}}, not {shown(serve)}")
        return
    for key in serve:
        if key not in ("engine", "model", "args"):
            findings.error((*path, str(key)), unknown("key", key, ("engine", "model", "args")))
    if serve.get("engine") != "vllm":
        findings.error((*path, "engine"), unknown("engine", serve.get("engine"), ("vllm",)))
    if not isinstance(serve.get("model"), str):
        findings.error((*path, "model"), f"must be text, a model's name or folder, not {shown(serve.get('model'))}")
    args = serve.get("args", [])
    if not isinstance(args, list) or not all(isinstance(a, str | int | float) for a in args):
        findings.error((*path, "args"), "must be a list of command line arguments")


def _warn_if_nearly_ours(key: str, path: Path, findings: Findings) -> None:
    if key in OUR_KEYS or key in _LITELLM_KEYS or key.startswith(("signalbox_", "input_cost", "output_cost")):
        return
    for ours in OUR_KEYS:
        if nearly(key, ours):
            findings.warn((*path, key), f'unknown key, passed on to LiteLLM unread; did you mean "{ours}"?')
            return
