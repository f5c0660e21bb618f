"""What the checks are given."""

from __future__ import annotations

from pathlib import Path

from services.supervisor.lock import owned
from tests.services.doctor.sites import site


def test_nothing_is_made_and_the_owner_is_found(tmp_path: Path) -> None:
    found = site(tmp_path)
    assert found.pid is None
    assert found.config is not None
    assert not found.state.root.exists()
    found.state.prepare()
    with owned(found.state.lock):
        assert site(tmp_path).pid is not None


def test_a_broken_configuration_is_kept_as_a_problem(tmp_path: Path) -> None:
    found = site(tmp_path, "gateway: {nonsense: 1}\n")
    assert found.config is None
    assert found.problem is not None
