"""Logs: bounded, without secrets."""

from __future__ import annotations

from pathlib import Path

from services.supervisor.log_file import LogFile


def test_old_files_are_kept_up_to_a_number(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "x.log", max_bytes=30, keep=2)
    for number in range(10):
        log.write(f"line {number:04d}")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.log", "x.log.1", "x.log.2"]
    assert (tmp_path / "x.log").read_text() == "line 0009\n"
    assert (tmp_path / "x.log.1").read_text() == "line 0006\nline 0007\nline 0008\n"
    assert all(p.stat().st_size <= 30 for p in tmp_path.iterdir())


def test_a_line_longer_than_the_bound_is_still_written(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "x.log", max_bytes=10)
    log.write("y" * 50)
    assert (tmp_path / "x.log").read_text() == "y" * 50 + "\n"


def test_it_goes_on_where_the_last_run_ended(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_text("earlier\n")
    LogFile(tmp_path / "x.log", max_bytes=12).write("now, more")
    assert (tmp_path / "x.log.1").read_text() == "earlier\n"


def test_known_secrets_are_replaced_the_longer_one_first(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "x.log", secrets=["sk-12345678", "sk-12345678-more", "short", ""])
    log.write("key sk-12345678-more and sk-12345678, not short")
    assert (tmp_path / "x.log").read_text() == "key *** and ***, not short\n"
    assert log.tail(5) == ["key *** and ***, not short"]


def test_a_disk_that_refuses_loses_lines_not_the_part(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "x.log")
    (tmp_path / "x.log").mkdir()
    log.write("lost on disk")
    assert log.tail(1) == ["lost on disk"]
