"""Replaces what detectors find in a request by placeholders, and looks again until nothing is left.

Knows: texts, nested values, which keys name things rather than say them. Does not know: routes, LiteLLM, where the
map is kept. Fails closed: what is still found at the end raises ``NotScrubbedError``, and a failing detector whatever
it raises.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import ahocorasick

from plugins.detectors.span import Span
from plugins.detectors.verdict import class_of
from plugins.routing.config.spec import Boundary
from plugins.routing.types import DataClass
from plugins.scrub.pseudonyms import LITERAL, PLACEHOLDER, Pseudonyms

ROUNDS = 3
"""A replaced name changes what stands beside it, so a text is looked at again; after so many times it is given up."""

SHORTEST = 3
"""Characters of a value that is replaced wherever else it stands, found there or not."""

NAMED = "person"
"""What a word is called that is replaced because it is part of a name found elsewhere."""

NAMING = frozenset(
    {"type", "role", "id", "name", "tool_call_id", "call_id", "tool_use_id", "item_id", "format", "model", "detail"}
    | {"status", "media_type", "cache_control", "strict", "required", "encrypted_content", "signature"}
)
"""Keys whose values are names that must come back as they went; what is found in them keeps the request inside."""

_JSON_TEXTS = frozenset({"arguments"})
_MEDIA = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,")


class NotScrubbedError(Exception):
    """Something stays that cannot be replaced. ``found``: types, for example ``person:1``."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found


class Finds(Protocol):
    """``plugins.detectors.finder.Finder``."""

    def spans(self, text: str) -> list[Span]: ...

    def counts(self, messages: Sequence[Mapping[str, Any]], attached: Sequence[Any] = ()) -> Counter[str]: ...


class Scrubber:
    """Of one request. ``names`` grows with what is replaced."""

    def __init__(self, finder: Finds, boundary: Boundary, names: Pseudonyms) -> None:
        self._finder = finder
        self._boundary = boundary
        self._names = names

    def content(self, parts: Mapping[str, Any]) -> dict[str, Any]:
        """The same structure without what was found, nothing of ``parts`` changed. Raises NotScrubbedError."""
        done: Any = _mapped(parts, "", self._literals)
        for _ in range(ROUNDS):
            done = _mapped(done, "", self._replaced)
            known = self._known()
            if known is not None:
                done = _mapped(done, "", lambda text: self._everywhere(known, text))  # noqa: B023 - used at once
            found = self._left(list(done.values()))
            if not found:
                return dict(done)
        raise NotScrubbedError(found)

    def _literals(self, text: str) -> str:
        """Text that looks like a placeholder before there are any."""
        return PLACEHOLDER.sub(lambda match: self._names.of(match.group(), LITERAL), text)

    def _replaced(self, text: str) -> str:
        masked = _masked(text)
        parts: list[str] = []
        at = 0
        for span in self._finder.spans(masked):
            if self._boundary.detectors.get(span.type, DataClass.RESTRICTED) is DataClass.PUBLIC:
                continue
            for start, end in _without_masks(masked, max(span.start, at), span.end):
                parts += (text[at:start], self._names.of(text[start:end], span.type))
                at = end
        return "".join((*parts, text[at:])) if parts else text

    def _known(self) -> Any | None:
        """Every value that was found once, and each word of a name: replaced wherever they stand as whole words."""
        known = ahocorasick.Automaton()
        for value, placeholder in self._names.values():
            for word in (value, *(value.split() if placeholder.startswith("[PERSON_") else ())):
                if len(word) >= SHORTEST and (word == value or word[0].isupper()):
                    known.add_word(word, word)
        if not len(known):
            return None
        known.make_automaton()
        return known

    def _everywhere(self, known: Any, text: str) -> str:
        masked, at = _masked(text), 0
        parts: list[str] = []
        for last, word in known.iter_long(masked):
            start, end = last + 1 - len(word), last + 1
            if not (masked[start - 1 : start].isalnum() or masked[end : end + 1].isalnum()):
                parts += (text[at:start], self._names.of(word, NAMED))
                at = end
        return "".join((*parts, text[at:])) if parts else text

    def _left(self, values: Sequence[Any]) -> str:
        """What is found in the result when it is looked through as any request is; "" where that is nothing that keeps
        it inside. Placeholders say nothing."""
        messages: list[Any] = []
        attached: list[Any] = []
        for value in (_mapped(v, "", _masked, naming=frozenset()) for v in values):
            if isinstance(value, list) and all(isinstance(m, Mapping) and "role" in m for m in value):
                messages += value
            else:
                attached.append(value)
        counts = self._finder.counts(messages, attached)
        if class_of(counts, self._boundary) is DataClass.PUBLIC:
            return ""
        return " ".join(f"{type_}:{n}" for type_, n in sorted(counts.items()))


def _masked(text: str) -> str:
    """Line ends for placeholders, as many: places stay, and no name reaches across one."""
    return PLACEHOLDER.sub(lambda match: "\n" * len(match.group()), text)


def _without_masks(masked: str, start: int, end: int) -> list[tuple[int, int]]:
    """The stretches of a span without line ends and the spaces beside them: those keep their place."""
    found = ((start + m.start(), start + m.end()) for m in re.finditer(r"[^\n]+", masked[start:end]))
    trimmed = []
    for low, high in found:
        piece = masked[low:high]
        low, high = low + len(piece) - len(piece.lstrip()), high - len(piece) + len(piece.rstrip())
        if low < high:
            trimmed.append((low, high))
    return trimmed


def _mapped(value: object, key: str, change: Any, naming: frozenset[str] = NAMING) -> Any:
    """A copy with every text changed, but for names, media and what is in a tool call's JSON, where the strings inside
    are. Raises RecursionError where a request is nested deeper than Python can follow."""
    if isinstance(value, str):
        if key in naming or _MEDIA.match(value):
            return value
        return _in_json(value, change) if key in _JSON_TEXTS else change(value)
    if isinstance(value, Mapping):
        return {name: _mapped(inner, str(name), change, naming) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(inner, key, change, naming) for inner in value]
    return value


def _in_json(text: str, change: Any) -> str:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return str(change(text))
    # A tool's arguments may well be called "name": nothing in them names anything for the protocol.
    changed = _mapped(parsed, "", change, frozenset())
    return text if changed == parsed else json.dumps(changed, ensure_ascii=False)
