"""What a part prints, into one file of bounded size, without secrets.

Knows: size rotation, replacing known secrets. Does not know: log formats.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from pathlib import Path

MAX_BYTES = 5 * 2**20
KEEP = 3
_SHORTEST_SECRET = 8
_TAIL_LINES = 200


class LogFile:
    """Appends lines to ``path``; at ``max_bytes`` it becomes ``path.1``, and so on up to ``keep`` old ones.

    A disk that cannot be written to loses log lines, never the part.
    """

    def __init__(
        self, path: Path, *, secrets: Iterable[str] = (), max_bytes: int = MAX_BYTES, keep: int = KEEP
    ) -> None:
        self._path = path
        self._secrets = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._max_bytes = max_bytes
        self._keep = keep
        self._size = path.stat().st_size if path.exists() else 0
        self._last: deque[str] = deque(maxlen=_TAIL_LINES)

    @property
    def path(self) -> Path:
        """The newest file."""
        return self._path

    def write(self, line: str) -> None:
        """One line, without its end."""
        for secret in self._secrets:
            line = line.replace(secret, "***")
        self._last.append(line)
        data = (line + "\n").encode("utf-8", "replace")
        try:
            if self._size and self._size + len(data) > self._max_bytes:
                self._rotate()
            with self._path.open("ab") as file:
                file.write(data)
            self._size += len(data)
        except OSError:
            return

    def tail(self, lines: int) -> list[str]:
        """The last lines that were written by this object."""
        return list(self._last)[-lines:]

    def _rotate(self) -> None:
        for number in range(self._keep - 1, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            if older.exists():
                older.replace(self._path.with_name(f"{self._path.name}.{number + 1}"))
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._size = 0
