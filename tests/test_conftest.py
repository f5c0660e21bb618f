"""How a run is shared out: groups of files, and that xdist still asks its scheduler for them."""

from __future__ import annotations

import importlib

import pytest

from tests.conftest import FIRST, SYSTEMS, group_of, place


@pytest.mark.parametrize(
    ("test", "group"),
    [
        ("tests/e2e/keys/test_spend.py::test_x", "desk"),
        ("tests/e2e/see/test_traces.py::test_x", "box"),
        ("tests/e2e/test_sdk.py::test_x[a::b]", "site"),
        ("tests/plugins/litellm_adapter/test_escalation_e2e.py::test_x", "its own file"),  # has a `site` of its own
        ("tests/services/retrieval/test_stores.py::test_x", "its own file"),  # has a `desk` of its own
    ],
)
def test_who_shares_a_system_shares_a_process(test: str, group: str) -> None:
    assert group_of(test) == (group if group != "its own file" else test.partition("::")[0])


def test_every_folder_that_is_named_is_there_and_the_longest_come_first() -> None:
    assert place("tests/wall/test_wall.py::test_x") == 0
    assert place("tests/test_compose.py::test_x") == len(FIRST)
    for folder in (*SYSTEMS, *FIRST):
        assert importlib.import_module(folder.rstrip("/").replace("/", "."))


def test_xdist_asks_its_scheduler_for_the_group() -> None:
    """A private name: without it every file would be a group of its own, and nobody would be told."""
    assert "_split_scope" in vars(importlib.import_module("xdist.scheduler").LoadFileScheduling)
