"""``python child.py PARENT_PID DEATH_SIGNAL COMMAND...``: becomes COMMAND, and ends with its parent.

Knows: Linux's parent-death signal (prctl(2), PR_SET_PDEATHSIG), which survives exec. Does not know: the command.
So a supervisor that is killed outright leaves nothing behind. Where prctl is missing the command runs without it.
"""

from __future__ import annotations

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Replaces this process. Exits 127 where the command cannot be run, 0 where the parent is gone already."""
    parent, signal_number, command = int(argv[0]), int(argv[1]), argv[2:]
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it went before the line above
        sys.exit(0)
    try:
        os.execvp(command[0], command)  # noqa: S606 - the supervisor's own literal command
    except OSError as error:
        print(f"cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
