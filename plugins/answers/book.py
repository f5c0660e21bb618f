"""The answer book: entries of questions and one answer, from YAML files.

Knows: the files' format, and how a later file replaces or removes an entry of an earlier one. Does not know:
similarity, requests, placeholders.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from plugins.routing.config.lines import BrokenYamlError, read_yaml
from plugins.routing.config.problems import Findings, Problem, dotted, shown, unknown
from plugins.routing.config.problems import Path as Where

SHIPPED = Path(__file__).parent / "book"
_KEYS = ("id", "questions", "anchored", "answer", "social", "remove")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer and the questions that it answers.

    ``anchored``: questions that count only where the text names this gateway. ``social``: greetings, thanks and the
    like, answered also in the middle of a conversation about something else.
    """

    id: str
    questions: tuple[str, ...]
    answer: str
    anchored: tuple[str, ...] = ()
    social: bool = False


class AnswersError(Exception):
    """A file of answers cannot be used. ``problem`` says where and why; so does the message."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _WrongError(Exception):
    """``message`` at ``path`` of the file that is being read."""

    def __init__(self, path: Where, message: str) -> None:
        super().__init__(message)
        self.path = path


def load_book(extra: Iterable[Path] = (), shipped: Path = SHIPPED) -> tuple[Entry, ...]:
    """All entries: the shipped files, then ``extra`` in order.

    An id that exists is replaced, or removed by ``remove: true``. Raises AnswersError, also where a file is missing.
    """
    book: dict[str, Entry] = {}
    for path in (*sorted(shipped.glob("*.yaml")), *extra):
        for entry_id, entry in read_entries(path):
            book.pop(entry_id, None)
            if entry is not None:
                book[entry_id] = entry
    return tuple(book.values())


def read_entries(path: Path) -> list[tuple[str, Entry | None]]:
    """(id, entry) of one file, in order; None where the entry is to be removed. Raises AnswersError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AnswersError(Problem(str(path), 1, "", f"cannot be read: {error.strerror or error}")) from error
    except UnicodeDecodeError as error:
        raise AnswersError(Problem(str(path), 1, "", "is not UTF-8 text")) from error
    try:
        return _entries(yaml.load(text, Loader=_Loader))  # noqa: S506  a safe loader
    except (_WrongError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise AnswersError(_problem(str(path), text, error)) from error


def _problem(filename: str, text: str, error: Exception) -> Problem:
    """The problem with its line: the fast loader has none, so the file is read again."""
    try:
        document = read_yaml(text, Findings())
    except BrokenYamlError as broken:
        return Problem(filename, broken.line, "", broken.message)
    where = error.path if isinstance(error, _WrongError) else ()
    return Problem(filename, document.line(where), dotted(where), str(error))


def _entries(found: object) -> list[tuple[str, Entry | None]]:
    if not isinstance(found, list):
        raise _WrongError((), "must be a list of entries such as - {id: hours, questions: [...], answer: ...}")
    return [_entry(item, (index,)) for index, item in enumerate(found)]


def _entry(item: object, at: Where) -> tuple[str, Entry | None]:
    if not isinstance(item, dict):
        raise _WrongError(at, f"must be a mapping with the keys {', '.join(_KEYS)}, not {shown(item)}")
    for key in item:
        if key not in _KEYS:
            raise _WrongError((*at, str(key)), unknown("key", key, _KEYS))
    entry_id = _text(item.get("id"), (*at, "id"))
    if _flag(item.get("remove", False), (*at, "remove")):
        return entry_id, None
    questions = _texts(item.get("questions", []), (*at, "questions"))
    anchored = _texts(item.get("anchored", []), (*at, "anchored"))
    if not questions and not anchored:
        raise _WrongError((*at, "questions"), "is empty: give at least one question, or say remove: true")
    answer = _text(item.get("answer"), (*at, "answer"))
    return entry_id, Entry(entry_id, questions, answer, anchored, _flag(item.get("social", False), (*at, "social")))


def _text(value: object, at: Where) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _WrongError(at, f"must be text that is not empty, not {shown(value)}")
    return value.strip()


def _texts(value: object, at: Where) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _WrongError(at, f"must be a list of texts, not {shown(value)}")
    return tuple(_text(item, (*at, index)) for index, item in enumerate(value))


def _flag(value: object, at: Where) -> bool:
    if not isinstance(value, bool):
        raise _WrongError(at, f"must be true or false, not {shown(value)}")
    return value
