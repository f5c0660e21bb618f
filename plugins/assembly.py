"""Puts a configuration together with the registered signals and policies.

Knows: how each is constructed. Does not know: what any of them does, where the configuration came from.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from plugins.registry import POLICIES, SIGNALS
from plugins.routing.config.load import Config
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.router import Router
from plugins.routing.selection import Selection
from plugins.routing.stickiness import Places, StickySelection
from plugins.routing.types import SignalExtractor

__all__ = ["Router", "build_router"]


@runtime_checkable
class Warms(Protocol):
    """A signal that has something to load before the first request."""

    def warm(self) -> None: ...


@runtime_checkable
class Adopts(Protocol):
    """A signal that remembers something across a change of the policy."""

    def adopt(self, previous: object) -> None: ...


def build_router(config: Config, *, base_dir: Path | None = None, previous: Router | None = None) -> Router:
    """A router for the configuration. Loads the classifier and the instant answers, so not for request time.

    ``previous``: the router that this one replaces. Where only deployments changed its signals go on, without
    loading anything again; where the policy changed, new ones take over what they remember (the class of each
    conversation).

    ``base_dir``: what relative paths in ``gateway:`` are relative to; by default the configuration file's
    folder. The rendered file stands elsewhere, so who loads that one passes the folder of the user's own.
    """
    spec = _with_absolute_paths(config.spec, base_dir or config.path.parent)
    if previous is not None and previous.spec == spec:
        return replace(previous, deployments=config.deployments)
    extractors: tuple[SignalExtractor, ...] = tuple(signal(spec) for signal in SIGNALS)
    before = {e.name: e for e in previous.extractors} if previous is not None else {}
    for extractor in extractors:
        if isinstance(extractor, Warms):
            extractor.warm()
        if isinstance(extractor, Adopts) and extractor.name in before:
            extractor.adopt(before[extractor.name])
    return Router(
        spec=spec,
        deployments=config.deployments,
        extractors=extractors,
        policies=tuple(policy(spec) for policy in POLICIES),
        selection=StickySelection(Selection(spec), spec, _places(previous)),
    )


def replay_router(config: Config) -> Router:
    """A router without signals, for decisions whose signals are known already (``plugins.routing.preview``)."""
    policies = tuple(policy(config.spec) for policy in POLICIES)
    return Router(config.spec, config.deployments, (), policies, Selection(config.spec))


def _places(previous: Router | None) -> Places:
    """Where conversations are served; a changed policy does not forget it."""
    selection = previous.selection if previous is not None else None
    return selection.places if isinstance(selection, StickySelection) else Places()


def _with_absolute_paths(spec: GatewaySpec, base_dir: Path) -> GatewaySpec:
    answers = tuple(str((base_dir / name).resolve()) for name in spec.instant.answers)
    terms = tuple(str((base_dir / name).resolve()) for name in spec.boundary.terms_files)
    return spec.model_copy(
        update={
            "instant": spec.instant.model_copy(update={"answers": answers}),
            "boundary": spec.boundary.model_copy(update={"terms_files": terms}),
        }
    )
