"""Finding binaries, first starts that were cut short, sockets that are not ours. The server itself: test_part.py."""

from pathlib import Path

import psycopg
import pytest

from services.database import postgres
from services.database.owned import choose_account
from services.database.paths import StatePaths
from services.database.postgres import Binaries, Postgres, PostgresError, find_binaries, make_socket_directory, tail


def test_binaries_match_the_clusters_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = [Binaries(Path("/a"), "16.2"), Binaries(Path("/b"), "15.18")]
    monkeypatch.setattr(postgres, "_candidates", lambda: both)
    assert find_binaries(tmp_path) == both[0]
    for version, expected in (("15", both[1]), ("16", both[0])):
        (tmp_path / "PG_VERSION").write_text(f"{version}\n", encoding="ascii")
        assert find_binaries(tmp_path) == expected
    (tmp_path / "PG_VERSION").write_text("17\n", encoding="ascii")
    with pytest.raises(PostgresError, match=r"made by Postgres 17, and only these versions are here: 16\.2, 15\.18"):
        find_binaries(tmp_path)


def test_no_binaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_candidates", list)
    with pytest.raises(PostgresError, match="set DATABASE_URL"):
        find_binaries(tmp_path)


def test_binaries_of_another_machine_are_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "postgres"
    broken.write_bytes(b"\x7fELF broken")
    broken.chmod(0o755)
    assert postgres._version(broken) is None
    assert postgres._candidates()[0].major >= 14


def test_a_first_start_that_was_cut_short_is_begun_again(tmp_path: Path) -> None:
    paths = StatePaths.of(tmp_path)
    half_made = paths.postgres / "initialising"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("16\n", encoding="ascii")
    paths.postgres_data.mkdir()
    server = Postgres(paths)
    server.launch()
    try:
        server.wait_ready()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("litellm",)
    finally:
        server.stop()
    assert not half_made.exists()
    assert not half_made.with_name("initialising.password").exists()
    assert (server.paths.postgres_data.stat().st_mode & 0o777) == 0o700


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres.SETTINGS, "no_such_setting", "1")
    server = Postgres(StatePaths.of(tmp_path))
    server.launch()
    with pytest.raises(PostgresError, match=r"did not start.*\n.*no_such_setting"):
        server.wait_ready()
    server.stop()


@pytest.mark.parametrize("mode", ["link", "writable"])
def test_a_socket_directory_that_others_can_write_is_refused(tmp_path: Path, mode: str) -> None:
    paths = StatePaths.of(tmp_path)
    paths.run.mkdir()
    if mode == "link":
        (tmp_path / "elsewhere").mkdir()
        paths.sockets.symlink_to(tmp_path / "elsewhere")
    else:
        paths.sockets.mkdir()
        paths.sockets.chmod(0o777)
    with pytest.raises(PostgresError, match="is not a directory of ours"):
        make_socket_directory(paths, choose_account(paths.postgres_data))


def test_tail(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert tail(log) == "(no log)"
    log.write_text("\n".join(str(i) for i in range(20)), encoding="ascii")
    assert tail(log, 2) == "18\n19"
