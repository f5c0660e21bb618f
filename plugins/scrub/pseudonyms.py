"""Values and the placeholders that stand for them: ``[PERSON_1]``, the same value always the same one.

Knows: the form of a placeholder, how one is chosen, putting values back into a whole text. Does not know: what is
replaced, where the map is kept. Text that looks like a placeholder by itself is given one too, so that what comes back
is what was sent, byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

PLACEHOLDER = re.compile(r"\[[A-Z]{2,16}(?:_[A-Z]{2,16}){0,2}_\d{1,6}\]")
PARTIAL = re.compile(r"\[(?:[A-Z][A-Z_]{0,50}\d{0,6})?\Z")
"""The beginning of what may become a placeholder, at the end of a text."""

LITERAL = "literal"
MAX_VALUES = 20_000
"""Values of one conversation."""


class TooManyValuesError(RuntimeError):
    """A conversation holds more values than are kept; its text must not leave."""


class Pseudonyms:
    """The map of one conversation. ``known``: placeholder to value, as kept from earlier turns. ``json_answer``: the
    answer was asked for as JSON, so what goes into its text is escaped."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._values = dict(known or {})
        self._placeholders = {value: placeholder for placeholder, value in self._values.items()}
        self._next = 1 + max((int(p.rpartition("_")[2][:-1]) for p in self._values), default=0)
        self.new: dict[str, str] = {}
        self.json_answer = False

    def __len__(self) -> int:
        return len(self._values)

    def of(self, value: str, type_: str) -> str:
        """The placeholder of a value; ``type_`` names it where it is new. Raises TooManyValuesError."""
        found = self._placeholders.get(value)
        if found is None:
            if len(self._values) >= MAX_VALUES:
                raise TooManyValuesError(f"more than {MAX_VALUES} values in one conversation")
            found = f"[{type_.upper()}_{self._next}]"
            self._next += 1
            self._values[found] = self.new[found] = value
            self._placeholders[value] = found
        return found

    def values(self) -> Iterable[tuple[str, str]]:
        """(value, placeholder), the longest value first."""
        return sorted(self._placeholders.items(), key=lambda pair: (-len(pair[0]), pair[0]))

    def restore(self, text: str, *, escaped: bool = False) -> str:
        """``text`` with every placeholder that is ours replaced by its value. ``escaped``: the text is JSON, and a
        value goes into one of its strings."""
        if "[" not in text or not self._values:
            return text

        def value(match: re.Match[str]) -> str:
            found = self._values.get(match.group())
            if found is None:
                return match.group()
            return json.dumps(found, ensure_ascii=False)[1:-1] if escaped else found

        return PLACEHOLDER.sub(value, text)


class Restorer:
    """Puts values back into a text that comes in pieces, cut anywhere."""

    def __init__(self, names: Pseudonyms, *, escaped: bool = False) -> None:
        self._names = names
        self._escaped = escaped
        self._held = ""

    def feed(self, piece: str, *, last: bool = False) -> str:
        """What can be told of all that came so far; what may be the beginning of a placeholder is held back."""
        text = self._held + piece
        partial = None if last else PARTIAL.search(text, max(0, len(text) - 64))
        cut = partial.start() if partial else len(text)
        self._held = text[cut:]
        return self._names.restore(text[:cut], escaped=self._escaped)
