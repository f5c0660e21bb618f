"""The deployments of LiteLLM's router, which nobody takes away while requests are on their way to them.

Knows: LiteLLM's router; that its admin API and its job, which compares the router with database and file, remove
deployments at once, and that a request on its way to one is then answered 400 (no such model). Does not know: why one
comes or goes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from plugins.litellm_adapter.entries import made, problems_of

DRAIN_S = 600.0
"""Longest wait for requests that were decided under an older policy, before its deployments go."""
Entry = Mapping[str, Any]


class Deployments(Protocol):
    """What holds LiteLLM's deployments."""

    def ids(self) -> set[str]: ...

    def problems(self, entries: list[Entry]) -> list[str]: ...

    def upsert(self, entry: Entry) -> None: ...

    def delete(self, deployment_id: str) -> None: ...

    def hold(self, ids: frozenset[str]) -> None: ...


class LiteLLMDeployments:
    """The deployments of the running proxy's router, by explicit id. ``on_removal`` is asked when somebody else removes
    one: True keeps it until ``delete``."""

    def __init__(self) -> None:
        self.on_removal: Callable[[str], bool] = lambda _id: False
        self._held: frozenset[str] = frozenset()
        self._guarded: Any = None
        self._remove: Callable[[str], Any] = lambda _id: None

    def ids(self) -> set[str]:
        """Ids of all deployments, placeholders too; those kept in the database are not ours and left out."""
        found = (entry.get("model_info") or {} for entry in self._router().model_list)
        return {str(info["id"]) for info in found if info.get("id") and not info.get("db_model")}

    def problems(self, entries: list[Entry]) -> list[str]:
        """What LiteLLM would refuse; its router drops such an entry without a word."""
        return [f"{entries[int(path[0])].get('model_name')}: {message}" for path, message in problems_of(entries)]

    def upsert(self, entry: Entry) -> None:
        """Adds or replaces one."""
        self._router().upsert_deployment(made(entry))

    def delete(self, deployment_id: str) -> None:
        """Removes one; requests that are running on it go on."""
        self._held -= {deployment_id}
        self.guard()
        self._remove(deployment_id)

    def hold(self, ids: frozenset[str]) -> None:
        """From now on nobody removes these but ``delete``."""
        self._held = ids
        self.guard()

    def guard(self) -> None:
        """From now on whoever removes a deployment of the router asks here."""
        router = self._router()
        if self._guarded is not router:
            self._guarded, self._remove = router, router.delete_deployment
            router.delete_deployment = self._asked

    def _asked(self, id: str) -> Any:
        return None if id in self._held or self.on_removal(id) else self._remove(id)

    @staticmethod
    def _router() -> Any:
        from litellm.proxy import proxy_server

        if proxy_server.llm_router is None:
            raise RuntimeError("LiteLLM has no router: its configuration holds no model")
        return proxy_server.llm_router


class Leaving:
    """Deployments that no new request is sent to. ``oldest``: the number of the oldest policy that any running request
    was decided under."""

    def __init__(self, oldest: Callable[[], int]) -> None:
        self._oldest = oldest
        self._since: dict[str, tuple[int, float]] = {}

    def __contains__(self, deployment_id: object) -> bool:
        return deployment_id in self._since

    def add(self, deployment_id: str, policy: int) -> None:
        """``policy``: the number of the last one that sends requests there."""
        self._since.setdefault(deployment_id, (policy, time.monotonic()))

    def stay(self, ids: Collection[str]) -> None:
        """These are wanted again."""
        self._since = {i: since for i, since in self._since.items() if i not in ids}

    def gone(self) -> list[str]:
        """Those that no running request can be sent to any more, once."""
        now, oldest = time.monotonic(), self._oldest()
        over = [i for i, (policy, since) in self._since.items() if oldest > policy or now - since > DRAIN_S]
        self.stay(over)
        return over
