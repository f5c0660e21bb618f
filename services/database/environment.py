"""What LiteLLM's process must see in its environment to find the database.

Every value is known before Postgres and Redis run, so the gateway's import can overlap with their start; it must only
not connect before the part is ready. Reads (and on first use makes) secrets of the state directory.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from services.database.files import read_or_make_secret
from services.database.launcher import engine_binary
from services.database.paths import StatePaths

REDIS_VARIABLES = ("REDIS_URL", "REDIS_HOST", "REDIS_CLUSTER_NODES", "REDIS_SENTINEL_NODES")
"""Any of these names a Redis of the user's own (LiteLLM's names)."""

CONNECTIONS_PER_WORKER = 10


def has_own_database(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the user named a Postgres: then none is embedded."""
    return bool(environment.get("DATABASE_URL"))


def has_own_redis(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the user named a Redis: then none is embedded."""
    return any(environment.get(name) for name in REDIS_VARIABLES)


def database_url(paths: StatePaths, environment: Mapping[str, str] = os.environ) -> str:
    """The Postgres in use, the user's or ours."""
    if own := environment.get("DATABASE_URL"):
        return own
    url = paths.postgres_url(read_or_make_secret(paths.secrets / "postgres.password"))
    return f"{url}&connection_limit={CONNECTIONS_PER_WORKER}&pool_timeout=20"


def redis_url(state: Path | str, environment: Mapping[str, str] = os.environ) -> str:
    """The Redis in use, the user's or ours; a cluster or sentinels are not followed."""
    if own := environment.get("REDIS_URL"):
        return own
    if host := environment.get("REDIS_HOST"):
        password = environment.get("REDIS_PASSWORD")
        secret = f":{quote(password, safe='')}@" if password else ""
        return f"redis://{secret}{host}:{environment.get('REDIS_PORT', '6379')}"
    paths = StatePaths.of(state)
    return paths.redis_url(read_or_make_secret(paths.secrets / "redis.password"))


def gateway_environment(state: Path | str, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables to set for LiteLLM; those that the user set keep their value.

    `environment` is the supervisor's own. Raises `EngineError` if PRISMA_QUERY_ENGINE_BINARY names nothing.
    """
    paths = StatePaths.of(state)
    made = {
        "DATABASE_URL": database_url(paths, environment),
        "PRISMA_QUERY_ENGINE_BINARY": str(engine_binary(paths, environment)),
        "PATH": os.pathsep.join([str(paths.shims), environment.get("PATH", os.defpath)]),
        # Ours are the migrations: LiteLLM would look for Prisma's command line.
        "DISABLE_SCHEMA_UPDATE": "true",
    }
    if not has_own_redis(environment):
        made["REDIS_URL"] = paths.redis_url(read_or_make_secret(paths.secrets / "redis.password"))
    defaults = {
        "STORE_MODEL_IN_DB": "True",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "UI_USERNAME": "admin",
    }
    for name, value in defaults.items():
        made[name] = environment.get(name) or value
    # Losing the salt makes every stored credential unreadable, so it is a file of its own and never derived.
    for name, file in (("LITELLM_SALT_KEY", "salt.key"), ("UI_PASSWORD", "ui_password")):
        made[name] = environment.get(name) or read_or_make_secret(paths.secrets / file)
    return made
