"""Differences between lock files."""

from __future__ import annotations

from pathlib import Path

from services.release.locks import changes, pins

OLD = """a==1.0 \\
    --hash=sha256:00
b_c[extra]==2.0 ; python_version >= '3.11' \\
    --hash=sha256:11
# gone==9
d==1
"""
NEW = "a==1.1 \\\n    --hash=sha256:22\nB.c==2.0 \\\n    --hash=sha256:11\ne==3\n"


def test_what_was_added_removed_and_changed() -> None:
    found = changes(OLD, NEW)
    assert found.lines() == ["  a 1.0 -> 1.1", "- d 1", "+ e 3"]
    assert found
    assert not changes(OLD, OLD)


def test_one_package_in_two_versions() -> None:
    assert pins("n==1 ; sys_platform == 'x'\nn==2 ; sys_platform != 'x'\n") == {"n": "1, 2"}


def test_the_real_lock_file() -> None:
    found = pins((Path(__file__).parents[3] / "requirements" / "runtime.lock").read_text())
    assert found["litellm"] == "1.106.2"
    assert len(found) > 100
