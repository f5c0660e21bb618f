"""What can be wrong in a configuration file, said so that a person can mend it.

Knows: file, line, path and message of one problem; how to suggest the word that was probably meant.
Does not know: YAML, which keys exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches

Path = tuple[str | int, ...]
"""Where a value is: ``("gateway", "capabilities", "auto")`` or ``("model_list", 0, "model_name")``."""

_SHOWN = 60
"""Characters of a wrong value that a message repeats: a secret in the wrong place must not be printed in
full."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One error or warning. ``line`` counts from 1; ``path`` is dotted, e.g.
    ``gateway.boundary.zones.cloud``."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: "
        return f"{where}{self.path}: {self.message}" if self.path else f"{where}{self.message}"


class ConfigError(Exception):
    """A configuration that cannot be used. ``problems`` holds everything that is wrong, in the file's
    order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


@dataclass(slots=True)
class Findings:
    """Collects problems while one file is read. ``errors`` and ``warnings`` hold (path, message)."""

    errors: list[tuple[Path, str]] = field(default_factory=list)
    warnings: list[tuple[Path, str]] = field(default_factory=list)

    def error(self, path: Path, message: str) -> None:
        """Something that makes the file unusable."""
        self.errors.append((path, message))

    def warn(self, path: Path, message: str) -> None:
        """Something that is allowed and probably not meant."""
        self.warnings.append((path, message))


def dotted(path: Path) -> str:
    """``("model_list", 0, "model_name")`` as ``model_list[0].model_name``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def shown(value: object) -> str:
    """A wrong value as a message repeats it: short, text in quotes, YAML's words for null and booleans."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return f'"{text}"' if isinstance(value, str) else text


def unknown(what: str, value: object, valid: Iterable[str]) -> str:
    """``unknown tier "smal" (valid: instant, small, large, frontier); did you mean "small"?``"""
    words = tuple(valid)
    text = f"unknown {what} {shown(value)} (valid: {', '.join(words) or 'none'})"
    close = get_close_matches(str(value).lower(), words, n=1, cutoff=0.6)
    return f'{text}; did you mean "{close[0]}"?' if close else text


def nearly(word: str, meant: str) -> bool:
    """Whether ``word`` is ``meant`` with a slip: two letters exchanged, or one wrong (two in longer
    words)."""
    word = word.lower().replace("-", "_")
    limit = 2 if len(meant) > 4 else 1
    if word == meant or abs(len(word) - len(meant)) > limit:
        return word == meant
    if sorted(word) == sorted(meant):
        return True
    changes = SequenceMatcher(None, word, meant, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in changes if tag != "equal") <= limit
