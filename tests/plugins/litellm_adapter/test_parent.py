"""A gateway whose supervisor is gone ends."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from plugins.litellm_adapter.parent import OWNER_ENV, exit_with_owner, exit_with_parent

BOTH = [(os.getpid(), signal.SIGTERM), (os.getpid(), signal.SIGKILL)]


def test_it_ends_itself_when_the_parent_changes() -> None:
    parents, sent = iter([1, 1, 2]), []
    thread = exit_with_parent(0.001, lambda: next(parents, 2), lambda pid, number: sent.append((pid, number)))
    assert thread is not None
    thread.join(5)
    assert sent == BOTH


def test_a_fork_ends_with_its_owner_and_not_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    mine, owners = socket.socketpair()
    with mine, owners:
        thread = exit_with_owner(mine, lambda pid, number: sent.append((pid, number)))
        thread.join(0.05)
        assert sent == []
        owners.close()
        thread.join(5)
    assert sent == BOTH
    monkeypatch.setenv(OWNER_ENV, "1")
    assert exit_with_parent() is None
