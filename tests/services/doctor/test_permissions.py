"""Modes of the state directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.doctor.permissions import check
from tests.services.doctor.sites import site


@pytest.mark.parametrize(
    ("opened", "mode", "wanted"),
    [
        ("secrets/master.key", 0o600, "ok"),
        ("secrets/master.key", 0o640, "fail"),
        ("secrets", 0o755, "fail"),
        ("decisions.sqlite", 0o644, "fail"),
        ("run/litellm.yaml", 0o604, "fail"),
    ],
)
def test_modes(tmp_path: Path, opened: str, mode: int, wanted: str) -> None:
    one = site(tmp_path)
    one.state.prepare()
    for name in ("secrets/master.key", "decisions.sqlite", "run/litellm.yaml"):
        (one.state.root / name).touch(mode=0o600)
    (one.state.root / opened).chmod(mode)
    (found,) = check(one)
    assert found.grade == wanted
    assert wanted == "ok" or found.todo == f"chmod go= {one.state.root / opened}"


def test_before_the_first_start(tmp_path: Path) -> None:
    assert [f.grade for f in check(site(tmp_path))] == ["ok"]
