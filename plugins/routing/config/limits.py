"""How many requests a deployment takes at once, from ``model_info``.

Knows: ``max_concurrency`` and ``reserved``. Does not know: queues, workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
    """By deployment id, those that have one."""
    found: dict[str, Limit] = {}
    for entry in model_list:
        info = entry.get("model_info") if isinstance(entry, Mapping) else None
        if isinstance(info, Mapping) and isinstance(info.get("max_concurrency"), int):
            found[deployment_id(entry)] = Limit(info["max_concurrency"], dict(info.get("reserved") or {}))
    return found
