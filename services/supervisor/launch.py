"""``python launch.py SOCKET PYTHON -m MODULE ARGUMENTS...``: runs that command as a fork of the process that listens on
SOCKET and has its modules imported already. It stands for the fork under the supervisor: signals to this go to that,
the fork writes to this one's output and gets its variables of FORWARDED, and each ends with the other.

Knows: the talk with ``plugins/litellm_adapter/prefork.py``, which is one line of JSON each way and one at the end. Does
not know: what is run. Where nobody listens, or none is made, this becomes the command itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from typing import Any

FORWARDED = "SIGNALBOX_READY_"
ANSWER_S = 10.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(argv: list[str]) -> int:
    """The exit status of the command; where a signal ended it, the same signal ends this."""
    path, command = argv[0], argv[1:]
    owned = ask(path, command[3:])
    if owned is None:
        os.execvp(command[0], command)  # noqa: S606 - the supervisor's own literal command
    pid, connection, lines = owned
    for number in SIGNALS:
        signal.signal(number, lambda given, _frame: forward(pid, given))
    try:
        code = int(heard(lines).get("code", 1))  # no word: its parent is gone too
    except ValueError:
        code = 1
    connection.close()
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
        os.kill(os.getpid(), -code)
    return code


def ask(path: str, arguments: list[str]) -> tuple[int, socket.socket, Any] | None:
    """The fork's process id, the connection that both hold, and the lines that come on it. None where there is none."""
    connection = socket.socket(socket.AF_UNIX)
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(os.path.dirname(path))  # a path may be longer than the address of a socket
        connection.settimeout(ANSWER_S)
        connection.connect(os.path.basename(path))
        env = {name: value for name, value in os.environ.items() if name.startswith(FORWARDED)}
        asked = json.dumps({"argv": arguments, "env": env, "pid": os.getpid()}).encode()
        socket.send_fds(connection, [asked], [1, 2])
        lines = connection.makefile("rb")
        pid = heard(lines).get("pid")
        connection.settimeout(None)
    except (OSError, ValueError):
        pid = None
    finally:
        os.fchdir(here)
        os.close(here)
    if not isinstance(pid, int):
        connection.close()
        return None
    return pid, connection, lines


def heard(lines: Any) -> dict[str, Any]:
    """The next line; empty at the end. Raises OSError, ValueError."""
    line = lines.readline()
    said = json.loads(line) if line else {}
    return said if isinstance(said, dict) else {}


def forward(pid: int, number: int) -> None:
    """Sends the fork a signal, if it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
