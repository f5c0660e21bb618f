"""Python and Node."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.doctor.versions import check, node, python
from tests.services.doctor.sites import site


@pytest.mark.parametrize(
    ("version", "wanted"),
    [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 12, 8), "ok"), ((3, 13, 0), "fail")],
)
def test_python(version: tuple[int, int, int], wanted: str) -> None:
    assert python(version).grade == wanted


@pytest.mark.parametrize(("version", "wanted"), [("v24.1.0", "ok"), ("v18.20.1", "fail"), ("", "fail")])
def test_node(version: str, wanted: str) -> None:
    assert node(version, "/node").grade == wanted


def test_this_installation(tmp_path: Path) -> None:
    assert [f.grade for f in check(site(tmp_path))] == ["ok", "ok"]


def test_a_node_that_does_not_run(tmp_path: Path) -> None:
    found = list(check(site(tmp_path, environ={"SIGNALBOX_NODE": str(tmp_path / "none")})))
    assert found[1].grade == "fail"
