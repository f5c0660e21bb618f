"""The user's YAML."""

from __future__ import annotations

from pathlib import Path

from services.doctor.configuration import check
from tests.services.doctor.sites import site


def test_valid_and_broken(tmp_path: Path) -> None:
    assert [f.grade for f in check(site(tmp_path))] == ["ok"]
    (found,) = check(site(tmp_path, "gateway:\n  nonsense: 1\n"))
    assert found.grade == "fail"
    assert "litellm_config.yaml:2" in found.what
