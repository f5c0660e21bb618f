"""A file is read when whoever writes it has finished."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.supervisor.settled import SETTLE_S, SETTLE_UNENDED_S, Settled, stamp
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.yaml"
    path.write_text("a: 1\n")
    return path


def edit(path: Path, text: str) -> None:
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(1, before + 1_000_000))


def test_what_is_there_at_first_is_known(file: Path, clock: Clock) -> None:
    settled = Settled(file, clock)
    clock.now = 10.0
    assert not settled.look()


def test_a_change_is_told_once_and_only_when_it_rests(file: Path, clock: Clock) -> None:
    settled = Settled(file, clock)
    edit(file, "a: 2\n")
    assert not settled.look()
    clock.now += SETTLE_S / 2
    edit(file, "a: 2\nb: 3\n")
    assert not settled.look()
    clock.now += SETTLE_S * 0.9
    assert not settled.look(), "it was written again meanwhile"
    clock.now += SETTLE_S
    assert settled.look()
    assert not settled.look()


@pytest.mark.parametrize("text", ["a: 2\nb", ""])
def test_a_file_whose_last_line_has_no_end_is_given_more_time(file: Path, clock: Clock, text: str) -> None:
    settled = Settled(file, clock)
    edit(file, text)
    settled.look()
    clock.now += SETTLE_UNENDED_S * 0.9
    assert not settled.look()
    clock.now += SETTLE_UNENDED_S
    assert settled.look()


def test_one_that_is_replaced_meanwhile_was_never_gone(file: Path, clock: Clock) -> None:
    settled = Settled(file, clock)
    text = file.read_text()
    file.unlink()
    assert stamp(file) is None
    settled.look()
    clock.now += SETTLE_S
    assert not settled.look()
    edit(file, text + "# more\n")
    settled.look()
    clock.now += SETTLE_S
    assert settled.look()
    file.unlink()
    settled.look()
    clock.now += 2 * SETTLE_UNENDED_S
    assert settled.look(), "gone for good is a change too"


def test_written_back_in_between_is_no_change(file: Path, clock: Clock) -> None:
    settled = Settled(file, clock)
    first = stamp(file)
    assert first is not None
    edit(file, "a: 2\n")
    settled.look()
    file.write_text("a: 1\n")
    os.utime(file, ns=(1, first[0]))
    clock.now += 10
    settled.look()
    clock.now += 10
    assert not settled.look()
