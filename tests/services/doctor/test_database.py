"""Postgres as the doctor sees it; the reachable one is in tests/e2e/test_backup.py."""

from __future__ import annotations

from pathlib import Path

from services.doctor.database import check, reach
from tests.services.doctor.sites import site
from tests.support.proxy import free_port


def test_files_while_nothing_runs(tmp_path: Path) -> None:
    one = site(tmp_path)
    (found,) = check(one)
    assert found.grade == "ok"
    assert "first start" in found.what
    assert not one.state.root.exists(), "looked only"
    one.database.postgres_data.mkdir(parents=True)
    (one.database.postgres_data / "PG_VERSION").write_text("9\n")
    (found,) = check(one)
    assert found.grade == "fail"
    assert "Postgres 9" in found.todo


def test_one_that_cannot_be_reached_and_no_password_is_said(tmp_path: Path) -> None:
    url = f"postgresql://u:very-secret@127.0.0.1:{free_port()}/x"
    (found,) = check(site(tmp_path, environ={"DATABASE_URL": url}))
    assert found.grade == "fail"
    assert "very-secret" not in str(found)
    assert reach(url, "it").what.startswith("it cannot be reached")
