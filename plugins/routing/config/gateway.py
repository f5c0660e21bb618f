"""The ``gateway:`` section: read, merged with the shipped defaults, and checked against itself.

Knows: which words must name each other (intents, locations, tiers). Does not know: model_list, lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from plugins.routing.config.problems import Findings, Path, shown, unknown
from plugins.routing.config.reader import read_section
from plugins.routing.config.spec import (
    DEFAULT_CAPABILITIES,
    DEFAULT_DETECTORS,
    DEFAULT_INTENTS,
    Boundary,
    Capability,
    GatewaySpec,
)
from plugins.routing.config.zones import ZoneTerms, split_zones
from plugins.routing.types import INTENTS, UNSURE, DataClass

MODALITIES: tuple[str, ...] = ("text", "image", "audio", "file")
"""What content a request can hold and a deployment can take."""

UNKNOWN_LOCATION = "unknown"
"""Where a deployment without ``location`` is; reserved, so that no zone can give it more than the lowest
class."""

GATEWAY: Path = ("gateway",)
_SKILL = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def read_gateway(value: object, findings: Findings) -> GatewaySpec:
    """The section as a spec; what is wrong in it is reported in ``findings``, and then the spec must not be
    used.

    What the YAML leaves out takes the shipped default, entry by entry: intents, capabilities and zones.
    """
    terms: dict[str, ZoneTerms] = {}
    if isinstance(value, Mapping):
        boundary, given = split_zones(value.get("boundary"), (*GATEWAY, "boundary"), findings)
        value = {**value, "boundary": boundary} if given else value
        for name, stated in given.items():
            terms[name] = read_section(ZoneTerms, stated, (*GATEWAY, "boundary", "zones", name), findings)
    merged = _with_defaults(read_section(GatewaySpec, value, GATEWAY, findings), terms)
    _check_intents(merged, findings)
    _check_zones(merged, findings)
    _check_detectors(merged.boundary, findings)
    _check_skills(merged, findings)
    for name, capability in merged.capabilities.items():
        _check_capability(name, capability, merged, findings)
    _check_urls(merged, findings)
    for name, capability_name in merged.audio.names.items():
        if capability_name not in merged.capabilities:
            findings.error(
                (*GATEWAY, "audio", "names", name), unknown("capability", capability_name, merged.capabilities)
            )
    return merged


def _with_defaults(spec: GatewaySpec, terms: Mapping[str, ZoneTerms]) -> GatewaySpec:
    zones = {**Boundary().zones, **spec.boundary.zones}
    detectors = {**DEFAULT_DETECTORS, **spec.boundary.detectors}
    return spec.model_copy(
        update={
            "capabilities": {**DEFAULT_CAPABILITIES, **spec.capabilities, **_skills(spec)},
            "intents": {**DEFAULT_INTENTS, **spec.intents},
            "boundary": spec.boundary.model_copy(
                update={"zones": zones, "detectors": detectors, "zone_terms": dict(terms)}
            ),
        }
    )


def _skills(spec: GatewaySpec) -> dict[str, Capability]:
    """Each skill is asked for by a name of its own; where it abstains, a language model does the same work."""
    return {f"skill/{name}": Capability(intent="classification") for name in spec.skills}


def _check_skills(spec: GatewaySpec, findings: Findings) -> None:
    for name, task in spec.skills.items():
        path = (*GATEWAY, "skills", name)
        if not _SKILL.fullmatch(name):
            findings.error(path, f"{shown(name)} is no name of a skill: lower-case letters, digits, '.', '_' and '-'")
        for index, mark in enumerate(task.marks):
            if len(mark.split()) < 2:
                findings.error((*path, "marks", index), f"{shown(mark)} is one word: it would mark far too much")


def _check_intents(spec: GatewaySpec, findings: Findings) -> None:
    for name in spec.intents:
        if name not in DEFAULT_INTENTS:
            findings.error((*GATEWAY, "intents", name), unknown("intent", name, (*INTENTS, UNSURE)))


def _check_zones(spec: GatewaySpec, findings: Findings) -> None:
    if UNKNOWN_LOCATION in spec.boundary.zones:
        findings.error(
            (*GATEWAY, "boundary", "zones", UNKNOWN_LOCATION),
            f'"{UNKNOWN_LOCATION}" is reserved for deployments without a location: they get the lowest class',
        )


def _check_detectors(boundary: Boundary, findings: Findings) -> None:
    path = (*GATEWAY, "boundary")
    for index, data_class in enumerate(boundary.scrub):
        if data_class is not DataClass.INTERNAL:
            why = "never leaves, scrubbed or not" if data_class is DataClass.RESTRICTED else "may leave as it is"
            findings.error((*path, "scrub", index), f"{data_class.label} {why} (valid: internal)")
    for name in boundary.detectors:
        if name not in DEFAULT_DETECTORS:
            findings.error((*path, "detectors", name), unknown("type", name, DEFAULT_DETECTORS))
    for index, name in enumerate(boundary.mentions):
        if name not in DEFAULT_DETECTORS:
            findings.error((*path, "mentions", index), unknown("type", name, DEFAULT_DETECTORS))
    for index, place in enumerate(boundary.ledger.witnesses):
        if not place.startswith(("/", "http://", "https://")):
            findings.error(
                (*path, "ledger", "witnesses", index), f"{shown(place)} is neither an absolute path nor an http(s) URL"
            )
    for holder, modalities in boundary.exempt.items():
        for index, word in enumerate(modalities):
            if word not in ("image", "audio", "file"):
                findings.error((*path, "exempt", holder, index), unknown("modality", word, ("image", "audio", "file")))


def _check_capability(name: str, capability: Capability, spec: GatewaySpec, findings: Findings) -> None:
    path = (*GATEWAY, "capabilities", name)
    if not _NAME.fullmatch(name.removeprefix("skill/") if name.removeprefix("skill/") in spec.skills else name):
        findings.error(path, f"{shown(name)} is not a model name: use letters, digits, '.', '_', ':' and '-'")
    low, high = capability.min_tier, capability.max_tier
    if low is not None and high is not None and low > high:
        findings.error(
            (*path, "min_tier"),
            f"min_tier {low.label} is above max_tier {high.label}: nothing could serve it",
        )
    if capability.intent is not None and capability.intent not in (*INTENTS, UNSURE):
        findings.error((*path, "intent"), unknown("intent", capability.intent, (*INTENTS, UNSURE)))
    if capability.locations is not None:
        _check_locations(capability.locations, (*path, "locations"), spec, findings)
    for word in sorted(capability.modalities - set(MODALITIES)):
        findings.error((*path, "modalities"), unknown("modality", word, MODALITIES))


def _check_locations(locations: tuple[str, ...], path: Path, spec: GatewaySpec, findings: Findings) -> None:
    if not locations:
        findings.error(path, "is empty: nothing could serve it; name a location, or remove the key to allow all")
    for index, location in enumerate(locations):
        if location not in spec.boundary.zones:
            findings.error(
                (*path, index),
                unknown("location", location, spec.boundary.zones) + " in gateway.boundary.zones",
            )


def _check_urls(spec: GatewaySpec, findings: Findings) -> None:
    for key, urls in (("ollama", spec.discovery.ollama), ("vllm", spec.discovery.vllm)):
        for index, url in enumerate(urls):
            if not re.match(r"https?://[^/\s]+", url):
                findings.error(
                    (*GATEWAY, "discovery", key, index),
                    f"{shown(url)} is not a base URL such as http://127.0.0.1:11434",
                )
