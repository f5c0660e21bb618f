"""A gateway whose supervisor is gone ends."""

from __future__ import annotations

import os
import signal

from plugins.litellm_adapter.parent import exit_with_parent


def test_it_ends_itself_when_the_parent_changes() -> None:
    parents, sent = iter([1, 1, 2]), []
    thread = exit_with_parent(0.001, lambda: next(parents, 2), lambda pid, number: sent.append((pid, number)))
    thread.join(5)
    assert sent == [(os.getpid(), signal.SIGTERM), (os.getpid(), signal.SIGKILL)]
