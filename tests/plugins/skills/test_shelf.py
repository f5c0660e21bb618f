from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from plugins.classifier.artefact import ArtefactError
from plugins.skills.shelf import Shelf, shelf_of, trained, versions_of


def put(state: Path, lead: Path, version: str) -> None:
    shutil.copytree(lead, state / "skills/lead/versions" / version)


def test_a_promotion_shows_at_the_next_look(tmp_path: Path, lead: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.skill("lead") is None
    put(tmp_path, lead, "aaa")
    assert shelf.skill("lead") is None
    versions_of(tmp_path, "lead").promote("aaa")
    found = shelf.skill("lead")
    assert found is not None
    assert shelf.skill("lead") is found
    assert trained(tmp_path) == ("lead",)


def test_a_broken_version_leaves_the_present_one(tmp_path: Path, lead: Path, caplog: pytest.LogCaptureFixture) -> None:
    put(tmp_path, lead, "aaa")
    versions_of(tmp_path, "lead").promote("aaa")
    shelf = Shelf(tmp_path)
    before = shelf.skill("lead")
    versions_of(tmp_path, "lead").current_file.write_text('{"history": ["gone"]}')
    with caplog.at_level(logging.ERROR):
        assert shelf.skill("lead") is before
    assert "gone" in caplog.text


@pytest.mark.parametrize("name", ["../up", "Lead", "", "a/b"])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArtefactError, match="no name of a skill"):
        versions_of(tmp_path, name)


def test_one_shelf_a_process(tmp_path: Path) -> None:
    assert shelf_of(tmp_path) is shelf_of(tmp_path)
    assert trained(tmp_path / "none") == ()
