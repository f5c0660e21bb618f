"""How one run is shared out to its processes (pytest-xdist, ``--dist loadgroup``).

A group of tests stays in one process. Files that use the same running system are one group, so that it is started once;
every other file is a group of its own. What takes longest is handed out first, so that no process waits at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import pytest

SYSTEMS = ("desk", "site", "box", "running_world", "engine", "database", "database_state", "big_state")
"""Fixtures that start something large and live longer than one file."""

FIRST = ("wall", "e2e", "plugins/litellm_adapter", "services/database", "bench")
"""Folders of tests, the longest first."""


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in its own hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test with its group, and puts the groups in order."""
    for path, members in groupby(list(items), key=lambda item: item.path):
        tests = list(members)
        name = group_of(path, tests)
        for test in tests:
            if test.get_closest_marker("xdist_group") is None:
                test.add_marker(pytest.mark.xdist_group(name))
    items.sort(key=lambda item: (place(item.path), group(item)))


def group_of(path: Path, tests: Sequence[pytest.Item]) -> str:
    """The system that these tests of one file use, else the file."""
    used = {name for test in tests for name in getattr(test, "fixturenames", ())}
    return next((system for system in SYSTEMS if system in used), _relative(path))


def group(test: pytest.Item) -> str:
    """The group that it is marked with."""
    marker = test.get_closest_marker("xdist_group")
    assert marker is not None
    return str(marker.args[0])


def place(path: Path) -> int:
    """Where its folder stands in ``FIRST``."""
    name = _relative(path)
    return next((i for i, folder in enumerate(FIRST) if name.startswith(f"{folder}/")), len(FIRST))


def _relative(path: Path) -> str:
    root = Path(__file__).parent
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
