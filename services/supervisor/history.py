"""Every version of the configuration that was applied: its text, when, by whom, what it changed.

Knows: the folder (``STATE/config``): one ``index.jsonl`` and one file a version. Does not know: how a version is taken.
The folder is 0700 and the files 0600: a configuration may hold credentials.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from difflib import unified_diff
from pathlib import Path

from services.supervisor.state import write_atomic

_INDEX = "index.jsonl"
_SECRET = re.compile(
    r"(?i)((?:[\w-]*(?:(?:key|secret|passw(?:or)?d|credential)s?|(?<!per_)token))[\"']?\s*[:=]\s*)"
    r"(?!\s|os\.environ/|[\"']os\.environ/|\*|null\b|none\b)(\"[^\"]*\"|'[^']*'|[^\s,}\]#]+)"
)


@dataclass(frozen=True, slots=True)
class Version:
    """``at``: UTC, ISO 8601. ``who``: the file's owner, or whoever rolled back or applied. ``changes``: clauses."""

    number: int
    at: str
    who: str
    sha256: str
    changes: tuple[str, ...]


class NoVersionError(Exception):
    """There is no such version. The message says which there are."""


class History:
    """The versions under ``folder``, which is made when the first is added."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def versions(self) -> list[Version]:
        """Oldest first. A line that was being written when the machine stopped is left out."""
        try:
            lines = (self._folder / _INDEX).read_text("utf-8").splitlines()
        except OSError:
            return []
        found: list[Version] = []
        for line in lines:
            try:
                told = json.loads(line)
                found.append(Version(**{**told, "changes": tuple(told["changes"])}))
            except (ValueError, TypeError, KeyError):
                continue
        return found

    def text(self, number: int) -> str:
        """The file as it was then. Raises NoVersionError."""
        try:
            return self._file(number).read_text("utf-8")
        except OSError:
            known = [str(v.number) for v in self.versions()]
            there = f"there are {known[0]} to {known[-1]}" if known else "none was applied yet"
            raise NoVersionError(f"there is no version {number}: {there}") from None

    def add(self, text: str, *, at: str, who: str, changes: tuple[str, ...]) -> Version:
        """Keeps a version; where its text is the latest one's, that is returned instead. Raises OSError."""
        known = self.versions()
        digest = sha256(text)
        if known and known[-1].sha256 == digest:
            return known[-1]
        made = Version(known[-1].number + 1 if known else 1, at, who, digest, changes)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(self._file(made.number), text, 0o600)
        handle = os.open(self._folder / _INDEX, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as index:
            index.write(json.dumps(asdict(made), ensure_ascii=False) + "\n")
        return made

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06d}.yaml"


def sha256(text: str) -> str:
    """The version's identity."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def diff(old: str, new: str, old_name: str, new_name: str) -> str:
    """A unified diff in which the values of keys that name a credential are hidden."""
    lines = unified_diff(_masked(old), _masked(new), old_name, new_name, lineterm="")
    return "\n".join(lines)


def _masked(text: str) -> list[str]:
    """A changed credential is still seen to change: the mask holds a few digits of its hash."""

    def mask(match: re.Match[str]) -> str:
        return f"{match[1]}(hidden {sha256(match[2])[:6]})"

    return [_SECRET.sub(mask, line) for line in text.splitlines()]
