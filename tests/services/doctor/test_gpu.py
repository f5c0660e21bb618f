"""nvidia-smi's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.doctor.gpu import check, read
from tests.services.doctor.sites import site


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("NVIDIA L4, 23034, 1204, 45, 550.54.15", "ok"),
        ("NVIDIA L4, 23034, 22900, 45, 550.54.15", "warn"),
        ("NVIDIA L4, 23034, 1204, 93, 550.54.15", "warn"),
        ("NVIDIA GB10, [N/A], [N/A], 45, 580.95", "ok"),
        ("No devices were found", "fail"),
    ],
)
def test_a_line(line: str, wanted: str) -> None:
    (found,) = read(line + "\n")
    assert found.grade == wanted


def _program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_broken_driver_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18")
    (found,) = check(site(tmp_path))
    assert found.grade == "fail"
    assert "version mismatch" in found.what


def test_two_gpus_are_two_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path, monkeypatch, "printf 'A, 10, 1, 40, 5\\nB, 10, 1, 40, 5\\n'")
    assert [f.grade for f in check(site(tmp_path))] == ["ok", "ok"]


def test_none_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = check(site(tmp_path))
    assert found.grade in ("ok", "warn")
