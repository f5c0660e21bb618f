"""Model files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.doctor.models import check, judge
from services.models.store import Row, write_checksum
from tests.services.doctor.sites import site
from tests.support.tiny_gguf import tiny_gguf

__all__ = ["tiny_gguf"]

ROW = Row("m", "m.gguf", "chat", 10, 1, 1, "ok", None)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, "ok"),
        ({"checksum": "recorded"}, "ok"),
        ({"checksum": "none"}, "warn"),
        ({"checksum": "changed"}, "warn"),
        ({"checksum": "wrong"}, "fail"),
        ({"problem": "damaged"}, "fail"),
    ],
)
def test_judge(change: dict[str, Any], wanted: str) -> None:
    assert judge(replace(ROW, **change)).grade == wanted


def test_a_changed_byte_is_found_unless_fast(tmp_path: Path, tiny_gguf: Path) -> None:
    one = site(tmp_path)
    assert "no folder" in next(iter(check(one))).what
    (tmp_path / "models").mkdir()
    assert "no model" in next(iter(check(one))).what
    (tmp_path / "models" / "a.gguf").write_bytes(tiny_gguf.read_bytes())
    write_checksum(tmp_path / "models" / "a.gguf", "0" * 64)
    assert [f.grade for f in check(one)] == ["fail"]
    assert [f.grade for f in check(replace(one, fast=True))] == ["ok"]
