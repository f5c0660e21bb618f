"""Addresses follow from the state directory, and fit into a socket."""

import os
from pathlib import Path

import psycopg.conninfo
import pytest

from services.database.paths import SOCKET_PATH_LIMIT, StatePaths


@pytest.mark.parametrize("name", ["short", "x" * 200, "ü" * 60, "with space & question?"])
def test_sockets_fit_and_urls_are_read_back(tmp_path: Path, name: str) -> None:
    paths = StatePaths.of(tmp_path / name)
    for socket in (paths.postgres_sockets / ".s.PGSQL.5432", paths.redis_socket):
        assert len(os.fsencode(socket)) <= SOCKET_PATH_LIMIT
    read = psycopg.conninfo.conninfo_to_dict(paths.postgres_url("p@ss/w?#"))
    assert (read["host"], read["password"], read["dbname"]) == (str(paths.postgres_sockets), "p@ss/w?#", "litellm")


def test_two_long_directories_do_not_share_sockets(tmp_path: Path) -> None:
    first, second = (StatePaths.of(tmp_path / (letter * 150)) for letter in "ab")
    assert first.sockets != second.sockets
    assert first.sockets == StatePaths.of(tmp_path / ("a" * 150)).sockets


def test_relative_directories_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert StatePaths.of(".signalbox").root == tmp_path / ".signalbox"
