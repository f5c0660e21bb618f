"""What an edit would make worse, told before it is taken (``gateway.reload: confirm``).

Knows: the decision log of late, and which differences of a preview count as worse: what could cross the boundary, what
would be refused that is served today. Does not know: how requests are decided again (``plugins.routing.preview``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from plugins.assembly import replay_router
from plugins.routing.config.load import Config
from plugins.routing.decision_log import DecisionLog
from plugins.routing.preview import Preview, means_of, preview
from plugins.routing.replay import asked_again
from plugins.routing.types import Deployment

LAST = 5_000
"""Logged decisions that are looked at."""

Deployments = Callable[[Config], tuple[Deployment, ...]]


class Regressions:
    """``log``: the decision log's file. ``deployments``: of a version, with what is found and built in."""

    def __init__(self, log: Path, deployments: Deployments, last: int = LAST) -> None:
        self._log = log
        self._deployments = deployments
        self._last = last

    async def __call__(self, before: Config, after: Config) -> list[str]:
        """One clause each; empty where nothing gets worse."""
        return await asyncio.to_thread(self._compare, before, after)

    def _compare(self, before: Config, after: Config) -> list[str]:
        rows = DecisionLog(self._log, 0).recent(self._last) if self._log.exists() else []
        asked = [one for row in rows if (one := asked_again(row, before.spec, after.spec)) is not None]
        old, new = (replay_router(replace(c, deployments=self._deployments(c))) for c in (before, after))
        return worse(preview(old, new, asked, means=means_of(rows)))


def worse(found: Preview) -> list[str]:
    """The preview's regressions in words."""
    told = [f"gateway.boundary.{key} (more may leave)" for key in found.loosened]
    told += [
        f"{c.count} requests of class {c.data_class} could reach {c.model_group} at {c.location}"
        for c in found.crossings
    ]
    more = found.after.refused - found.before.refused
    if more > 0:
        told.append(f"{more} of {found.requests} requests that are served today would be refused")
    return told
