"""Puts a configuration together with the registered signals and policies.

Knows: how each is constructed. Does not know: what any of them does, where the configuration came from.
"""

from __future__ import annotations

from pathlib import Path

from plugins.registry import POLICIES, SIGNALS
from plugins.routing.config.load import Config
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.router import Router
from plugins.routing.selection import Selection

__all__ = ["Router", "build_router"]


def build_router(config: Config, *, base_dir: Path | None = None) -> Router:
    """A router for the configuration. Loads the classifier and the instant answers, so not for request time.

    ``base_dir``: what relative paths in ``gateway:`` are relative to; by default the configuration file's
    folder. The rendered file stands elsewhere, so who loads that one passes the folder of the user's own.
    """
    spec = _with_absolute_paths(config.spec, base_dir or config.path.parent)
    return Router(
        spec=spec,
        deployments=config.deployments,
        extractors=tuple(signal(spec) for signal in SIGNALS),
        policies=tuple(policy(spec) for policy in POLICIES),
        selection=Selection(spec),
    )


def _with_absolute_paths(spec: GatewaySpec, base_dir: Path) -> GatewaySpec:
    answers = tuple(str((base_dir / name).resolve()) for name in spec.instant.answers)
    return spec.model_copy(update={"instant": spec.instant.model_copy(update={"answers": answers})})
