"""Which files are kept, and still copies."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from services.backup.collect import files_of, is_sqlite, still_copy

KEPT = ("compose/redis_password", "decisions.sqlite", "history/1.yaml", "secrets/master.key")
LEFT = (
    "run/litellm.yaml",
    "log/gateway.log",
    "postgres/data/PG_VERSION",
    "redis/appendonly.aof",
    "last_backup.json",
    "decisions.sqlite-wal",
    "secrets/.salt.key.lock",
    ".before-restore-2026/secrets/master.key",
    ".restoring/state/x",
)


def test_what_can_be_made_again_is_left_out(tmp_path: Path) -> None:
    for name in (*KEPT, *LEFT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / "secrets" / "link").symlink_to("/etc/passwd")
    assert [str(p.relative_to(tmp_path)) for p in files_of(tmp_path)] == list(KEPT)


def test_a_database_is_copied_as_one_transaction_sees_it(tmp_path: Path) -> None:
    source, target = tmp_path / "a.sqlite", tmp_path / "copy" / "a.sqlite"
    with closing(sqlite3.connect(source, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE t (x)")
        db.execute("INSERT INTO t VALUES (1)")  # in the journal, not yet in the file
        db.execute("BEGIN")
        db.execute("INSERT INTO t VALUES (2)")
        still_copy(source, target)
        db.execute("COMMIT")
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT x FROM t").fetchall() == [(1,)]
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [p.name for p in target.parent.iterdir()] == ["a.sqlite"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_other_files_are_copied_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"sk-1\n")
    assert not is_sqlite(tmp_path / "key")
    still_copy(tmp_path / "key", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"sk-1\n"
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
