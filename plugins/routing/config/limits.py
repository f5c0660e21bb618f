"""How many requests a deployment takes at once, from ``model_info``.

Knows: ``max_concurrency`` and ``reserved``. Does not know: queues, workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from plugins.routing.config.deployments import deployment_id


@dataclass(frozen=True, slots=True)
class Limit:
    """``most``: requests at once in all workers together. ``reserved``: of those, by team id."""

    most: int
    reserved: Mapping[str, int] = field(default_factory=dict)

    def share(self, workers: int) -> Limit:
        """What one of so many workers gives out: rounded down, and never nothing."""
        reserved = {team: max(1, n // workers) for team, n in self.reserved.items()}
        return Limit(max(1, self.most // workers), reserved)


def limits_from(model_list: Iterable[Any]) -> dict[str, Limit]:
    """By deployment id, those that have one. An entry of the admin UI was checked by nobody: what is no limit is none,
    and what cannot be reserved is not.
    """
    found: dict[str, Limit] = {}
    for entry in model_list:
        info = entry.get("model_info") if isinstance(entry, Mapping) else None
        most = info.get("max_concurrency") if isinstance(info, Mapping) else None
        if isinstance(info, Mapping) and _positive(most):
            found[deployment_id(entry)] = Limit(most, _reserved(info.get("reserved"), most))
    return found


def _reserved(told: object, most: int) -> dict[str, int]:
    fits = isinstance(told, Mapping) and all(map(_positive, told.values())) and sum(told.values()) <= most
    return {str(team): n for team, n in told.items()} if isinstance(told, Mapping) and fits else {}


def _positive(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
