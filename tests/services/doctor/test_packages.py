"""The lock file against what is installed."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from services.doctor.packages import LOCK, check, compare, wanted
from tests.services.doctor.sites import site

TEXT = """# made by make lock
click==8.1.0 \\
    --hash=sha256:00
    # via x
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:00
httpx==1.0 ; sys_platform != 'win32' \\
"""


def test_lines_that_count_here() -> None:
    assert wanted(TEXT) == {"click": "8.1.0", "httpx": "1.0"}


def test_the_real_lock_is_read_whole() -> None:
    names = [line for line in LOCK.read_text().splitlines() if line and line[0].isalpha()]
    assert 0.8 * len(names) < len(wanted(LOCK.read_text())) <= len(names)


def test_what_differs_is_named() -> None:
    assert compare({"click": version("click")}).grade == "ok"
    found = compare({"click": "0.1", "no-such-package": "1.0"})
    assert found.grade == "fail"
    assert "not 0.1; no-such-package 1.0 is missing" in found.what
    assert "and 1 more" in compare({f"none-{n}": "1" for n in range(6)}).what


def test_this_installation(tmp_path: Path) -> None:
    assert [f.name for f in check(site(tmp_path))] == ["packages", "query engine"]
