"""Parts as the erasure sees them: lists by owner, deletes by id. A fake, since the real ones need models."""

from __future__ import annotations

import httpx


class Kept:
    """``things``: owner by path and id. ``stuck``: paths that refuse to delete."""

    def __init__(self, things: dict[str, str], stuck: frozenset[str] = frozenset()) -> None:
        self.things = dict(things)
        self.stuck = stuck
        self.keys: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.keys.add(request.headers["authorization"])
        path, owner = request.url.path, request.headers.get("x-signalbox-key-id")
        if request.method == "GET":
            mine = [p for p, who in self.things.items() if who == owner and p.startswith(path + "/")][:2]
            return httpx.Response(200, json={"data": [{"id": p.rpartition("/")[2]} for p in mine]})
        if path in self.stuck:
            return httpx.Response(500)
        may = self.things.get(path) == owner or request.headers["x-signalbox-admin"] == "true"
        return httpx.Response(200 if may and self.things.pop(path, None) else 404)
