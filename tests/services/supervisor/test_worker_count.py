"""Workers by cores, bounded by memory."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from services.supervisor.worker_count import MOST, default_workers, memory_bytes

GB = 2**30


@pytest.mark.parametrize(
    ("cores", "memory", "workers"),
    [
        (1, 64 * GB, 1),
        (2, 64 * GB, 1),
        (4, 64 * GB, 2),
        (16, 64 * GB, 8),
        (16, 8 * GB, 4),  # a fourth of the memory holds no more
        (16, GB, 1),  # one always starts
        (256, 1024 * GB, MOST),
    ],
)
def test_half_the_cores_and_no_more_than_memory_holds(cores: int, memory: int, workers: int) -> None:
    assert default_workers(cores, memory) == workers


def test_a_container_counts_what_it_may_use(tmp_path: Path) -> None:
    limit, none = tmp_path / "memory.max", tmp_path / "unlimited"
    limit.write_text("1048576\n")
    none.write_text("max\n")
    assert memory_bytes((limit, none, tmp_path / "absent")) == 1048576
    assert memory_bytes((none,)) == psutil.virtual_memory().total
    assert default_workers() >= 1
