from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plugins.classifier.artefact import ARTEFACT_DIR, ArtefactError
from plugins.classifier.versions import SHIPPED, Versions


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    kept = Versions(tmp_path)
    for name in ("a1", "b2"):
        shutil.copytree(ARTEFACT_DIR, kept.folder / name)
    return kept


def test_promote_and_roll_back(versions: Versions) -> None:
    assert versions.current() == SHIPPED
    versions.promote("a1")
    versions.promote("b2")
    assert versions.history() == (SHIPPED, "a1", "b2")
    assert versions.rollback() == "a1"
    assert versions.rollback(SHIPPED) == versions.current() == SHIPPED
    with pytest.raises(ArtefactError, match="served before"):
        versions.rollback()


@pytest.mark.parametrize("name", ["c3", "../a1", ""])
def test_a_version_that_is_not_kept_is_refused(versions: Versions, name: str) -> None:
    with pytest.raises(ArtefactError, match=r"kept: shipped, a1, b2"):
        versions.promote(name)
    assert versions.current() == SHIPPED


def test_a_changed_version_is_refused(versions: Versions) -> None:
    (versions.folder / "a1" / "intent.npz").write_bytes(b"x")
    with pytest.raises(ArtefactError, match="sha256"):
        versions.promote("a1")
    assert versions.current() == SHIPPED
