"""What works on this machine now, and what still needs a model: the honest table.

Knows: deployments, zones, tiers. Does not know: whether a deployment answers at this moment. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from plugins.routing.config.load import Config
from plugins.routing.types import DataClass, Deployment, Mode, Tier
from services.supervisor.audio_entries import SPHINX
from services.supervisor.model_list import INSTANT

Standing = Literal["works", "degraded", "limited", "missing"]

PROGRAM = "signalbox"
EXTRACTIVE = "extractive"
_PULL = "{} models pull qwen3-4b, or: ollama pull qwen3:4b"
_WHISPER = "{} models pull whisper-base"
_DECLARE = "declare one in model_list, with model_info.mode: {}"
_SEES_IMAGES = "ollama pull qwen2.5vl:3b"


@dataclass(frozen=True, slots=True)
class Ability:
    """``by``: what serves it, or why only in part. ``next_step``: the command or YAML that would make it work."""

    name: str
    standing: Standing
    by: str
    next_step: str = ""


def abilities(config: Config, deployments: Iterable[Deployment], program: str = PROGRAM) -> tuple[Ability, ...]:
    """One row for each thing that people ask of the box, in a fixed order. ``program``: how a person calls us."""
    all_of_them = tuple(deployments)
    chat = [d for d in all_of_them if d.mode == "chat" and d.tier is not Tier.INSTANT]
    builtin = any(d.model_group == INSTANT for d in all_of_them)
    rows = [_builtin(builtin)]
    rows += [_tier(tier, chat, config, _PULL.format(program)) for tier in (Tier.SMALL, Tier.LARGE, Tier.FRONTIER)]
    rows.append(_plain("images (vision)", [d for d in chat if "image" in d.modalities], config, _SEES_IMAGES))
    for name, mode in _MODES:
        able = [d for d in all_of_them if d.mode == mode]
        if mode == "audio_transcription":
            rows.append(_transcription(able, config, _WHISPER.format(program)))
            continue
        rows.append(_plain(name, able, config, _DECLARE.format(mode)))
    rows.append(_documents(chat, all_of_them, config, _PULL.format(program)))
    return tuple(rows)


_MODES: tuple[tuple[str, Mode], ...] = (
    ("embeddings", "embedding"),
    ("reranking", "rerank"),
    ("transcription", "audio_transcription"),
    ("speech", "audio_speech"),
    ("documents (ocr)", "ocr"),
)


def _transcription(able: list[Deployment], config: Config, next_step: str) -> Ability:
    row = _plain("transcription", able, config, next_step)
    if row.standing == "works" and {d.model_group for d in able} == {SPHINX}:
        return Ability(row.name, "degraded", f"{SPHINX}: English only, low accuracy", next_step)
    return row


def _documents(chat: list[Deployment], every: tuple[Deployment, ...], config: Config, next_step: str) -> Ability:
    """Questions about files and vector stores: by a language model, or by quoting them."""
    name = "questions about documents"
    free, _ = _by_boundary(chat, config)
    if not free and any(d.model_group == EXTRACTIVE for d in every):
        return Ability(name, "works", "quoted, no language model: ask for document_qa")
    return _plain(name, chat, config, next_step)


def _builtin(there: bool) -> Ability:
    name = "greetings, questions about this gateway"
    if there:
        return Ability(name, "works", "built-in answers (not a language model)")
    return Ability(name, "missing", "", "gateway.instant.enabled: true, and start the part `instant`")


def _tier(tier: Tier, chat: list[Deployment], config: Config, next_step: str) -> Ability:
    name = f"chat, tier {tier.label}"
    free, confined = _by_boundary(chat, config)
    enough = [d for d in free if d.tier >= tier or d.serves_all_tiers]
    if enough:
        best = min(enough, key=lambda d: d.tier if d.tier >= tier else Tier.FRONTIER)
        if best.tier < tier:
            return Ability(name, "degraded", f"{best.model_group}, tier {best.tier.label}", next_step)
        return Ability(name, "works", _groups([d for d in enough if d.tier >= tier]))
    if free and config.spec.when_unavailable == "degrade":
        best = max(free, key=lambda d: d.tier)
        return Ability(name, "degraded", f"{best.model_group}, tier {best.tier.label}", next_step)
    if confined:
        return Ability(name, "limited", _only_for(confined, config), next_step)
    return Ability(name, "missing", "", next_step)


def _plain(name: str, able: list[Deployment], config: Config, next_step: str) -> Ability:
    free, confined = _by_boundary(able, config)
    if free:
        return Ability(name, "works", _groups(free))
    if confined:
        return Ability(name, "limited", _only_for(confined, config), next_step)
    return Ability(name, "missing", "", next_step)


def _by_boundary(able: list[Deployment], config: Config) -> tuple[list[Deployment], list[Deployment]]:
    """Those that may be given a request that nobody labelled, and those that may not."""
    default = config.spec.boundary.default_class
    free = [d for d in able if _highest(d, config) >= default]
    return free, [d for d in able if d not in free]


def _highest(deployment: Deployment, config: Config) -> DataClass:
    return config.spec.boundary.zones.get(deployment.location, DataClass.PUBLIC)


def _only_for(confined: list[Deployment], config: Config) -> str:
    label = max(_highest(d, config) for d in confined).label
    return f"only requests labelled {label}: {_groups(confined)}"


def _groups(deployments: list[Deployment], most: int = 3) -> str:
    names = list(dict.fromkeys(d.model_group for d in deployments))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
