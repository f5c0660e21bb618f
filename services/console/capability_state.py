"""What each capability can do now, said honestly.

Knows: which deployments could serve a capability, and what to do where none can. Does not know: how health is checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from plugins.routing.config.load import Config
from plugins.routing.config.spec import Capability
from plugins.routing.types import DataClass, Deployment, Tier
from services.console.inventory import highest_class

State = Literal["works", "limited", "built-in answers", "failing", "needs a model"]

_ADVICE = {
    "chat": "`signalbox models pull NAME`, or `ollama pull NAME`: it is found within seconds.",
    "embedding": "Declare an embedding model in `model_list` with `model_info.mode: embedding`.",
    "audio_transcription": "Declare a transcription model with `model_info.mode: audio_transcription`.",
    "audio_speech": "Declare a speech model with `model_info.mode: audio_speech`.",
    "ocr": "Declare a document model with `model_info.mode: ocr`.",
}


@dataclass(frozen=True, slots=True)
class CapabilityState:
    """``served_by``: model groups in the file's order. ``note``: what limits it, or what to do next."""

    name: str
    mode: str
    state: State
    served_by: tuple[str, ...]
    note: str


def capability_states(config: Config, failing: Collection[str] = ()) -> tuple[CapabilityState, ...]:
    """One state a capability, in the order of the configuration. ``failing``: ids of the deployments whose last check
    went wrong; a capability that only these could serve fails."""
    well = replace(config, deployments=tuple(d for d in config.deployments if d.id not in failing))
    found: list[CapabilityState] = []
    for name, capability in config.spec.capabilities.items():
        now, could = _state(name, capability, well), _state(name, capability, config)
        if now.state != could.state and could.state in ("works", "limited"):
            note = f"The last check of {', '.join(could.served_by)} went wrong: see Models."
            now = replace(could, state="failing", note=note)
        found.append(now)
    return tuple(found)


def alike(states: Iterable[CapabilityState]) -> tuple[tuple[CapabilityState, ...], ...]:
    """Capabilities that have everything but the name in common, together, in the order of the first of each."""
    groups: dict[CapabilityState, list[CapabilityState]] = {}
    for state in states:
        groups.setdefault(replace(state, name=""), []).append(state)
    return tuple(tuple(group) for group in groups.values())


def _state(name: str, capability: Capability, config: Config) -> CapabilityState:
    able = [d for d in config.deployments if _could_serve(d, capability)]
    models = [d for d in able if d.tier is not Tier.INSTANT or d.mode != "chat"]
    if capability.extractive:
        able = [d for d in able if d in models or d.model_group == "extractive"]
    if capability.extractive and able and not models:
        return CapabilityState(name, capability.mode, "works", ("extractive",), "Quotes documents; no language model.")
    low = capability.min_tier
    enough = [d for d in models if low is None or d.tier >= low or d.serves_all_tiers]
    degrades = (capability.when_unavailable or config.spec.when_unavailable) == "degrade"
    served_by = enough or (models if degrades else [])
    groups = tuple(dict.fromkeys(d.model_group for d in served_by or able))
    if not served_by:
        advice = _missing(capability, too_small=bool(models))
        if able and not models:
            note = f"Small talk and questions about this gateway only. {advice}"
            return CapabilityState(name, capability.mode, "built-in answers", groups, note)
        return CapabilityState(name, capability.mode, "needs a model", (), advice)
    state, note = _reach(served_by, config)
    if not enough and low is not None:
        best = max(d.tier for d in models)
        note = f"{note} Degraded: the best model is {best.label}, {low.label} is asked for.".strip()
    return CapabilityState(name, capability.mode, state, groups, note)


def _missing(capability: Capability, *, too_small: bool) -> str:
    what = "No model can do this yet."
    if too_small and capability.min_tier is not None:
        what = f"No model is {capability.min_tier.label} enough, and `when_unavailable: refuse` takes no smaller one."
    elif "image" in capability.modalities:
        what = "A model that reads images is missing."
    return f"{what} {_ADVICE.get(capability.mode, f'Declare a model with `model_info.mode: {capability.mode}`.')}"


def _reach(models: list[Deployment], config: Config) -> tuple[State, str]:
    """How far the boundary lets requests come to these models."""
    boundary = config.spec.boundary
    highest = max(highest_class(d.location, boundary.zones) for d in models)
    if highest < boundary.default_class:
        return "limited", (
            f"Only for {highest.label} data. A request that nobody labelled counts as {boundary.default_class.label} "
            "and is refused: `gateway.boundary.zones` decides."
        )
    return "works", f"Up to {highest.label} data." if highest < DataClass.RESTRICTED else ""


def _could_serve(deployment: Deployment, capability: Capability) -> bool:
    same_mode = deployment.mode == capability.mode
    place = capability.locations is None or deployment.location in capability.locations
    tier = capability.max_tier is None or deployment.tier <= capability.max_tier or deployment.serves_all_tiers
    return same_mode and place and tier and capability.modalities <= deployment.modalities
