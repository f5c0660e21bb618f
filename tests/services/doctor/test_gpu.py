"""What the driver's library tells, by a stand-in for the cards that no test machine has; and the real one without."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.doctor.gpu import ask, check
from tests.services.doctor.sites import site

MIB = 2**20


class BrokenError(Exception):
    """In place of the library's error."""


def library(*cards: tuple[str, int | None, int | None, int | None], broken: str = "") -> Any:
    """Cards as (name, MiB in all, MiB used, degrees); None: it cannot tell."""
    closed: list[bool] = []

    def init() -> None:
        if broken == "init":
            raise BrokenError("Driver/library version mismatch")

    def count() -> int:
        if broken == "count":
            raise BrokenError("GPU is lost")
        return len(cards)

    def memory(handle: int) -> Any:
        _, total, used, _ = cards[handle]
        if total is None or used is None:
            raise BrokenError("Not Supported")
        return SimpleNamespace(total=total * MIB, used=used * MIB)

    def heat(handle: int, kind: int) -> int:
        told = cards[handle][3]
        if told is None or kind != 0:
            raise BrokenError("Not Supported")
        return told

    return SimpleNamespace(
        NVMLError=BrokenError,
        NVML_TEMPERATURE_GPU=0,
        nvmlInit=init,
        nvmlShutdown=lambda: closed.append(True),
        nvmlSystemGetDriverVersion=lambda: b"580.95",
        nvmlDeviceGetCount=count,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetName=lambda handle: cards[handle][0],
        nvmlDeviceGetMemoryInfo=memory,
        nvmlDeviceGetTemperature=heat,
        closed=closed,
    )


@pytest.mark.parametrize(
    ("card", "wanted"),
    [
        (("NVIDIA L4", 23034, 1204, 45), "ok"),
        (("NVIDIA L4", 23034, 22900, 45), "warn"),
        (("NVIDIA L4", 23034, 1204, 93), "warn"),
        (("NVIDIA GB10", None, None, None), "ok"),
    ],
)
def test_a_card(card: Any, wanted: str) -> None:
    nvml = library(card)
    (found,) = ask(nvml)
    assert found.grade == wanted
    assert card[0] in found.what
    assert "580.95" in found.what
    assert nvml.closed == [True]


def test_two_cards_are_two_findings() -> None:
    assert [f.grade for f in ask(library(("A", 10, 1, 40), ("B", 10, 1, 95)))] == ["ok", "warn"]


def test_a_driver_that_breaks_off_fails_and_is_closed() -> None:
    nvml = library(broken="count")
    (found,) = ask(nvml)
    assert found.grade == "fail"
    assert "GPU is lost" in found.what
    assert nvml.closed == [True]


def test_a_driver_without_a_card() -> None:
    assert [f.grade for f in ask(library())] == ["warn"]


def test_no_driver_is_no_fault_and_a_broken_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.doctor.gpu.Path.exists", lambda _: False)
    assert [f.grade for f in ask(library(broken="init"))] == ["ok"]
    monkeypatch.setattr("services.doctor.gpu.Path.exists", lambda _: True)
    (found,) = ask(library(broken="init"))
    assert (found.grade, "version mismatch" in found.what) == ("fail", True)


def test_the_real_library_on_this_machine(tmp_path: Path) -> None:
    assert all(found.name == "gpu" and found.what for found in check(site(tmp_path)))
