"""One owner of a state directory, and files of owners that are gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from services.supervisor.lock import LockedError, owned, owner, runs_since


def test_a_second_owner_is_told_who_the_first_is(tmp_path: Path) -> None:
    lock = tmp_path / "up.pid"
    with owned(lock):
        assert owner(lock) == os.getpid()
        with pytest.raises(LockedError) as caught, owned(lock):
            pytest.fail("two owners")
        assert caught.value.pid == os.getpid()
    assert owner(lock) is None
    with owned(lock):
        assert owner(lock) == os.getpid()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "up.pid"
    code = (
        "import sys, pathlib\nfrom services.supervisor.lock import owned\n"
        "with owned(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        assert owner(lock) == child.pid
        with pytest.raises(LockedError), owned(lock):
            pytest.fail("two owners")
        child.kill()
        child.wait()
    assert owner(lock) is None
    with owned(lock):
        assert owner(lock) == os.getpid()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_a_damaged_file_names_nobody(tmp_path: Path, text: str) -> None:
    lock = tmp_path / "up.pid"
    lock.write_text(text)
    assert owner(lock) is None


def test_a_later_process_of_the_same_number_is_not_the_owner(tmp_path: Path) -> None:
    me = psutil.Process()
    lock = tmp_path / "up.pid"
    lock.write_text(json.dumps({"pid": me.pid, "started": me.create_time() - 100}))
    assert owner(lock) is None
    assert runs_since(me.pid, me.create_time())
