"""How one run is shared out to its processes (pytest-xdist).

A group of tests stays in one process. Files that use the same running system are one group, so that it is started once;
every other file is a group of its own. What takes longest is handed out first, so that no process waits at the end.
(xdist's own ``loadgroup`` does nothing with pytest 9.2, which does not show the changed ids that it relies on.)
"""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent

SYSTEMS = {
    "tests/e2e/keys/": ("desk: Desk", "desk"),
    "tests/e2e/see/": ("box: Box", "box"),
    "tests/e2e/": ("site: Site", "site"),
    "tests/plugins/litellm_adapter/": ("world: World", "world"),
    "tests/services/database/": ("database: RunningPart", "database"),
    "tests/services/console/": ("big_state: Path", "big_state"),
}
"""Folders whose ``conftest`` has a fixture that starts something large: as tests write it, and the group's name."""

FIRST = ("tests/wall/", "tests/e2e/", "tests/plugins/litellm_adapter/", "tests/services/database/", "tests/bench/")
"""Folders of tests, the longest first."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the groups in order."""
    items.sort(key=lambda item: (place(item.nodeid), group_of(item.nodeid)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """xdist's own for whole files, with our groups."""
    scheduler: Any = importlib.import_module("xdist.scheduler").LoadFileScheduling(config, log)
    scheduler._split_scope = group_of  # what a scheduler of one's own overrides
    return scheduler


def group_of(nodeid: str) -> str:
    """The system that this test's file uses, else the file."""
    return _group(nodeid.partition("::")[0])


def place(nodeid: str) -> int:
    """Where its folder stands in ``FIRST``."""
    return next((i for i, folder in enumerate(FIRST) if nodeid.startswith(folder)), len(FIRST))


@cache
def _group(file: str) -> str:
    source = (ROOT / file).read_text(encoding="utf-8") if (ROOT / file).is_file() else ""
    for folder, (parameter, group) in SYSTEMS.items():
        makes_its_own = f"def {parameter.partition(':')[0]}(" in source
        if file.startswith(folder) and re.search(rf"\b{parameter}\b", source) and not makes_its_own:
            return group
    return file
