from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from plugins.classifier.artefact import ARTEFACT_DIR, CARD
from plugins.classifier.in_service import InService
from plugins.classifier.versions import Versions


def second_version(state: Path) -> Versions:
    versions = Versions(state)
    shutil.copytree(ARTEFACT_DIR, versions.folder / "a1")
    card = versions.folder / "a1" / CARD
    card.write_text(json.dumps({**json.loads(card.read_text()), "version": "a1"}))
    return versions


def test_a_promoted_version_is_picked_up_while_running(tmp_path: Path) -> None:
    versions = second_version(tmp_path)
    serving = InService(versions)
    assert serving.model.version != "a1"
    thread = serving.watch(every=0.02)
    versions.promote("a1")
    end = time.monotonic() + 5
    while serving.model.version != "a1" and time.monotonic() < end:
        thread.join(0.02)
    serving.stop()
    thread.join(5)
    assert serving.model.version == "a1"
    assert not thread.is_alive()


def test_a_bad_version_leaves_the_present_one(tmp_path: Path) -> None:
    versions = second_version(tmp_path)
    versions.promote("a1")
    serving = InService(versions)
    versions.current_file.write_text("{nonsense")
    assert serving.look() is False
    assert serving.model.version == "a1"
    assert serving.look() is False
