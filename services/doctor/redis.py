"""Redis: answers, and does not throw counters away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import redis

from services.common.settings import read_secret
from services.database.environment import has_own_redis
from services.database.redis import RedisError, find_server
from services.doctor.finding import Finding
from services.doctor.site import Site


def check(site: Site) -> Iterator[Finding]:
    """One finding: of the server where it should answer now, else of the embedded one's program."""
    environ = site.options.environ
    if has_own_redis(environ):
        if url := environ.get("REDIS_URL"):
            yield reach(url, "REDIS_URL")
        elif host := environ.get("REDIS_HOST"):
            yield reach(
                f"redis://{host}:{environ.get('REDIS_PORT') or 6379}/0", "REDIS_HOST", environ.get("REDIS_PASSWORD")
            )
        else:
            yield Finding("redis", "ok", "a cluster or sentinels of your own; not asked")
    elif site.pid is not None and (password := read_secret(site.database.secrets / "redis.password")):
        yield reach(site.database.redis_url(password), "the embedded Redis")
    else:
        try:
            yield Finding("redis", "ok", f"embedded Redis, not running ({find_server()})")
        except RedisError as error:
            yield Finding("redis", "fail", "the embedded Redis cannot run", str(error))


def reach(url: str, named: str, password: str | None = None) -> Finding:
    """Asks for its state."""
    extra: dict[str, Any] = {"password": password} if password else {}
    try:
        with redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5, **extra) as client:
            facts: Any = client.info()
    except (redis.RedisError, ValueError, OSError) as error:
        return Finding("redis", "fail", f"{named} does not answer: {error}", "start it, or correct its address")
    policy = str(facts.get("maxmemory_policy", "noeviction"))
    what = f"{named} answers: Redis {facts.get('redis_version')}, {facts.get('used_memory_human')} used"
    if facts.get("maxmemory") and not policy.startswith(("noeviction", "volatile-")):
        todo = "set maxmemory-policy to volatile-lru: it may drop counters of limits before they end"
        return Finding("redis", "warn", f"{what}, policy {policy}", todo)
    return Finding("redis", "ok", what)
