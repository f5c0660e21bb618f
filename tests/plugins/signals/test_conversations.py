import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from plugins.routing.types import DataClass
from plugins.signals._conversations import FILE, Conversations

PUBLIC, INTERNAL, RESTRICTED = DataClass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FILE


def test_without_a_path_it_stays_in_memory() -> None:
    seen = Conversations(2)
    assert seen.raise_to("a", INTERNAL) == INTERNAL
    assert seen.raise_to("a", PUBLIC) == INTERNAL
    assert seen.raise_to("b", PUBLIC) == PUBLIC


def test_another_worker_knows_at_once(path: Path) -> None:
    one, two = Conversations(9, path), Conversations(9, path)
    assert two.raise_to("a", PUBLIC) == PUBLIC
    assert one.raise_to("a", RESTRICTED) == RESTRICTED
    assert two.raise_to("a", PUBLIC) == RESTRICTED
    one.close()
    two.close()


def test_a_restart_forgets_nothing(path: Path) -> None:
    first = Conversations(9, path)
    first.raise_to("a", INTERNAL)
    first.close()
    again = Conversations(9, path)
    assert again.raise_to("a", PUBLIC) == INTERNAL
    again.close()


def test_another_process_and_one_that_was_killed(path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from plugins.signals._conversations import Conversations;"
        "from plugins.routing.types import DataClass;"
        f"Conversations(9, Path({str(path)!r})).raise_to('a', DataClass.RESTRICTED); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    seen = Conversations(9, path)
    assert seen.raise_to("a", PUBLIC) == RESTRICTED
    seen.close()


def test_a_bounded_memory_still_remembers_on_disk(path: Path) -> None:
    seen = Conversations(1, path)
    for name in ("a", "b", "c"):
        seen.raise_to(name, RESTRICTED)
    assert [seen.raise_to(name, PUBLIC) for name in ("a", "b", "c")] == [RESTRICTED] * 3
    assert len(seen._classes) == 1
    seen.close()


def test_public_is_not_written(path: Path) -> None:
    seen = Conversations(9, path)
    seen.raise_to("a", PUBLIC)
    seen.raise_to("b", INTERNAL)
    seen.close()
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT id, class FROM conversations").fetchall() == [("b", 1)]
    database.close()


def test_the_file_is_private(path: Path) -> None:
    seen = Conversations(9, path)
    seen.raise_to("a", INTERNAL)
    assert path.stat().st_mode & 0o077 == 0
    seen.close()


def test_what_cannot_be_read_is_restricted_until_it_can(path: Path) -> None:
    path.write_bytes(b"this is no database, and long enough to be seen as none" * 40)
    seen = Conversations(9, path)
    assert seen.raise_to("a", PUBLIC) == RESTRICTED
    path.unlink()
    assert seen.raise_to("a", PUBLIC) == PUBLIC
    seen.close()
