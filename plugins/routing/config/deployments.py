"""``model_list`` entries as deployments.

Knows: how location, tier, mode, features and price are read, and what each is where nobody said. Does not
know: whether an entry is well-formed (``model_list`` checks that), live state, LiteLLM.

Where nobody said:
  location  ``unknown``, which no zone names: the lowest class.
  tier      ``builtin``: instant. By size where it is known (``parameters_b``, or "4b" in a local model's name):
            up to 9 billion parameters small, above large. Else small where the location is ``local``, and
            frontier elsewhere: a hosted model is the last resort, not the first.
  mode      from words in the model's name that leave no doubt (embed, whisper, rerank, ...), else chat.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from plugins.routing.config.gateway import UNKNOWN_LOCATION
from plugins.routing.config.model_list import FEATURES, MODES, TERMS, TIER_KEY
from plugins.routing.config.nearby import is_near
from plugins.routing.config.reader import INVALID, word_of
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.config.zones import ZoneTerms
from plugins.routing.costs import MILLION, rate_of
from plugins.routing.types import Deployment, Mode, Tier

LOCAL = "local"
"""The zone of this machine."""

SMALL_UP_TO_B = 9.0
"""Billions of parameters up to which a model of known size is ``small``."""

TOKEN_PRICES = ("input_cost_per_token", "output_cost_per_token")
"""LiteLLM's own keys, in ``model_info`` or ``litellm_params``; US dollars."""

_MODE_WORDS: tuple[tuple[str, Mode], ...] = (
    ("rerank", "rerank"),
    ("embed", "embedding"),
    ("whisper", "audio_transcription"),
    ("transcribe", "audio_transcription"),
    ("tts-", "audio_speech"),
    ("dall-e", "image_generation"),
    ("moderation", "moderation"),
)
_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)b(?![a-z0-9])")


def deployment_id(entry: Mapping[str, Any]) -> str:
    """The entry's own ``model_info.id``, else one that depends on name, model and api_base alone.

    So it survives a reformatted file, where LiteLLM's own (a hash of all parameters in their order) does not.
    """
    given = _info(entry).get("id")
    if isinstance(given, str) and given.strip():
        return given
    params = _params(entry)
    name = str(entry.get("model_name", ""))
    identity = json.dumps(
        [name, params.get("model"), params.get("api_base")], ensure_ascii=False, separators=(",", ":")
    )
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "model"
    return f"{slug}-{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def for_litellm(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the entry that LiteLLM accepts: our ``tier`` moves to ``signalbox_tier`` (see
    ``TIER_KEY``)."""
    info = dict(_info(entry))
    if word_of(Tier, info.get("tier")) is not INVALID:
        info[TIER_KEY] = info.pop("tier")
    return {**entry, "model_info": info} if info else dict(entry)


def is_placeholder(entry: Mapping[str, Any]) -> bool:
    """Whether the entry only makes a capability known to LiteLLM and serves nothing."""
    return _info(entry).get("signalbox_placeholder") is True


def deployments_from(model_list: Iterable[Mapping[str, Any]], spec: GatewaySpec) -> tuple[Deployment, ...]:
    """Every routable entry as a deployment, in the file's order; placeholders are left out,
    and the built-in answers where ``instant.enabled`` is false.

    A second entry with the same id gets ``-2`` and so on. A lone language model on this machine whose tier
    nobody set gets ``serves_all_tiers``: it answers whatever nothing better may answer.
    """
    found: list[Deployment] = []
    said: dict[str, bool] = {}
    taken: dict[str, int] = {}
    for entry in model_list:
        switched_off = _info(entry).get("builtin") is True and not spec.instant.enabled and _mode(entry) == "chat"
        if switched_off or is_placeholder(entry) or _mode(entry) is None or is_shut_out(entry, spec):
            continue
        name = deployment_id(entry)
        taken[name] = taken.get(name, 0) + 1
        unique = name if taken[name] == 1 else f"{name}-{taken[name]}"
        found.append(_deployment(entry, unique, spec))
        said[unique] = _said_tier(entry) is not None and "found" not in _info(entry)
    lone = _lone_language_model(found)
    return tuple(replace(d, serves_all_tiers=True) if d.model_group == lone and not said[d.id] else d for d in found)


def _lone_language_model(deployments: Iterable[Deployment]) -> str | None:
    groups = {
        d.model_group for d in deployments if d.mode == "chat" and d.location == LOCAL and d.tier is not Tier.INSTANT
    }
    return groups.pop() if len(groups) == 1 else None


def is_shut_out(entry: Mapping[str, Any], spec: GatewaySpec) -> bool:
    """Whether ``boundary.mode: closed`` keeps this entry from being loaded at all: it is in a zone below restricted."""
    return (
        spec.boundary.mode == "closed"
        and not is_placeholder(entry)
        and not spec.boundary.keeps_in(location_of(entry, spec))
    )


def location_of(entry: Mapping[str, Any], spec: GatewaySpec) -> str:
    """The zone that an entry names; none where it calls itself local and its address is elsewhere."""
    location = _info(entry).get("location")
    if not isinstance(location, str) or not location.strip():
        return UNKNOWN_LOCATION
    return location if location != LOCAL or is_near(entry, spec.boundary.local_hosts) else UNKNOWN_LOCATION


def _terms(entry: Mapping[str, Any], spec: GatewaySpec) -> ZoneTerms:
    """What the entry says of itself, and for the rest what its zone says. What cannot be read was not said."""
    zone = spec.boundary.zone_terms.get(location_of(entry, spec), ZoneTerms())
    try:
        return ZoneTerms(
            **{**zone.model_dump(), **{k: v for k, v in _info(entry).items() if k in TERMS and v is not None}}
        )
    except ValidationError:
        return ZoneTerms()


def _deployment(entry: Mapping[str, Any], unique_id: str, spec: GatewaySpec) -> Deployment:
    info = _info(entry)
    terms = _terms(entry, spec)
    stated = [_stated(entry, key) for key in TOKEN_PRICES]
    known = [price for price in stated if price is not None]
    return Deployment(
        id=unique_id,
        model_group=str(entry.get("model_name", "")),
        location=location_of(entry, spec),
        tier=_tier(entry),
        mode=_mode(entry) or "chat",
        modalities=_modalities(info),
        features=_features(info),
        context_window=_context_window(info),
        price=sum(known) / len(known) if known else 0.0,
        price_in=stated[0],
        price_out=stated[1],
        busy_rate=rate_of(info, spec.costs.price_per_kwh),
        region=terms.region,
        retention_days=terms.retention_days,
        trains_on_data=terms.trains_on_data,
    )


def _info(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    info = entry.get("model_info")
    return info if isinstance(info, Mapping) else {}


def _params(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    params = entry.get("litellm_params")
    return params if isinstance(params, Mapping) else {}


def _said_tier(entry: Mapping[str, Any]) -> Tier | None:
    info = _info(entry)
    for key in (TIER_KEY, "tier"):
        tier = word_of(Tier, info.get(key))
        if tier is not INVALID:
            return Tier(tier)
    return None


def _tier(entry: Mapping[str, Any]) -> Tier:
    said = _said_tier(entry)
    if said is not None:
        return said
    info = _info(entry)
    if info.get("builtin") is True:
        return Tier.INSTANT
    local = info.get("location") == LOCAL
    size = info.get("parameters_b")
    if size is None and local:
        match = _SIZE.search(_model_name(entry))
        size = float(match[1]) if match else None
    if isinstance(size, int | float):
        return Tier.SMALL if size <= SMALL_UP_TO_B else Tier.LARGE
    return Tier.SMALL if local else Tier.FRONTIER


def _model_name(entry: Mapping[str, Any]) -> str:
    return str(_params(entry).get("model", "")).lower()


def _mode(entry: Mapping[str, Any]) -> Mode | None:
    """None: a mode of LiteLLM's that is not routed."""
    said = _info(entry).get("mode")
    if said is None:
        name = _model_name(entry)
        return next((mode for word, mode in _MODE_WORDS if word in name), "chat")
    if said == "responses":
        return "chat"
    return said if said in MODES else None


def _context_window(info: Mapping[str, Any]) -> int | None:
    for key in ("context_window", "max_input_tokens"):
        window = info.get(key)
        if isinstance(window, int) and not isinstance(window, bool) and window > 0:
            return window
    return None


def _modalities(info: Mapping[str, Any]) -> frozenset[str]:
    said = info.get("modalities")
    if isinstance(said, list) and said:
        return frozenset(str(word) for word in said)
    flags = {"image": "supports_vision", "audio": "supports_audio_input", "file": "supports_pdf_input"}
    return frozenset({"text"} | {word for word, flag in flags.items() if info.get(flag) is True})


def _features(info: Mapping[str, Any]) -> frozenset[str] | None:
    said = info.get("features")
    if isinstance(said, list):
        return frozenset(str(word) for word in said)
    if info.get("builtin") is True:
        return frozenset()
    lacks: set[str] = set()
    known = False
    for flag, word in (("supports_function_calling", "tools"), ("supports_response_schema", "json_schema")):
        if isinstance(info.get(flag), bool):
            known = True
            if not info[flag]:
                lacks.add(word)
    return frozenset(FEATURES) - lacks if known else None


def _stated(entry: Mapping[str, Any], key: str) -> float | None:
    """US dollars per million tokens; None where nobody said."""
    for where in (_info(entry), _params(entry)):
        try:
            return float(where[key]) * MILLION
        except (KeyError, TypeError, ValueError):
            continue
    return None
