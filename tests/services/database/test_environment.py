"""What the gateway is given, with nothing and with everything set by the user."""

from pathlib import Path

import pytest

from services.database.environment import gateway_environment, has_own_database, has_own_redis


def test_the_embedded_ones_are_known_before_they_run(tmp_path: Path) -> None:
    found = gateway_environment(tmp_path, {"PATH": "/usr/bin"})
    assert found["DATABASE_URL"].startswith("postgresql://litellm:")
    assert f"@localhost/litellm?host={tmp_path}/run/sockets/postgres&connection_limit=10" in found["DATABASE_URL"]
    assert found["REDIS_URL"].startswith("unix://:")
    assert found["PATH"] == f"{tmp_path}/run/bin:/usr/bin"
    assert found["PRISMA_QUERY_ENGINE_BINARY"] == f"{tmp_path}/run/bin/query-engine"
    assert (found["DISABLE_SCHEMA_UPDATE"], found["STORE_MODEL_IN_DB"]) == ("true", "True")
    assert (found["UI_USERNAME"], found["LITELLM_LOCAL_MODEL_COST_MAP"]) == ("admin", "True")
    assert len({found["UI_PASSWORD"], found["LITELLM_SALT_KEY"]}) == 2
    assert gateway_environment(tmp_path, {"PATH": "/usr/bin"}) == found


def test_secrets_are_the_state_directorys(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "salt.key").write_text("sk-salt\n", encoding="ascii")
    (tmp_path / "secrets" / "ui_password").write_text("word\n", encoding="ascii")
    found = gateway_environment(tmp_path, {})
    assert (found["LITELLM_SALT_KEY"], found["UI_PASSWORD"]) == ("sk-salt", "word")


def test_what_the_user_set_is_kept(tmp_path: Path) -> None:
    own = {"DATABASE_URL": "postgresql://u@h/d", "REDIS_URL": "redis://h", "UI_USERNAME": "root", "UI_PASSWORD": "p"}
    found = gateway_environment(tmp_path, {**own, "LITELLM_SALT_KEY": "s", "STORE_MODEL_IN_DB": "False"})
    assert (found["DATABASE_URL"], found["UI_USERNAME"], found["UI_PASSWORD"]) == ("postgresql://u@h/d", "root", "p")
    assert (found["LITELLM_SALT_KEY"], found["STORE_MODEL_IN_DB"]) == ("s", "False")
    assert "REDIS_URL" not in found
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize(
    ("environment", "database", "cache"),
    [
        ({}, False, False),
        ({"DATABASE_URL": ""}, False, False),
        ({"DATABASE_URL": "postgresql://x"}, True, False),
        ({"REDIS_HOST": "h"}, False, True),
        ({"REDIS_CLUSTER_NODES": "[]"}, False, True),
    ],
)
def test_what_counts_as_the_users_own(environment: dict[str, str], database: bool, cache: bool) -> None:
    assert (has_own_database(environment), has_own_redis(environment)) == (database, cache)
