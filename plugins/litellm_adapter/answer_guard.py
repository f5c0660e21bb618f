"""Answers to requests above public, looked at on their way out: addresses that would carry text elsewhere are removed.

Knows: the JSON of chat, completions, Responses and messages answers, and the events of their streams. Does not know:
what is wrong with an address (``plugins.routing.answer_links``). A stream is held back only from where an address may
begin until it has ended, at most ``MOST_HELD`` characters; everything else goes on at once.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from plugins.detectors.texts import strings, texts_of
from plugins.routing.answer_links import Links, held_from
from plugins.routing.config.spec import Answers
from plugins.routing.types import DataClass, Decision, Facts

MOST_HELD = 4096
_TEXT_ROUTES = ("/completions", "/responses", "/messages")
_TELLING = (b"//", b"\\/", b"\\\\", b"](", b"mailto:", b"u002f", b"u002F", b"&#", b"&sol", b"&colon", b"]:")
_ARGUMENTS = frozenset({"arguments", "partial_json", "input"})
_PASSED = frozenset(
    {"id", "object", "type", "role", "model", "finish_reason", "name", "call_id", "item_id", "signature"}
)
_LAST = (".done", "_stop", ".completed", ".incomplete", ".failed")
Slot = tuple[tuple[Any, ...], dict[str, Any], str]
"""Which text a piece belongs to, and where in the event it stands."""


def answer_guard(facts: Facts, decision: Decision, rules: Answers) -> AnswerGuard | None:
    """What looks at the answer to this request; None where it need not be."""
    signal = decision.signal("data_class")
    public = signal is not None and signal.label == DataClass.PUBLIC.label
    if public or rules.mode == "off" or not facts.route.endswith(_TEXT_ROUTES):
        return None
    messages, attached = facts.messages, facts.attached
    return AnswerGuard(Links(lambda: (*texts_of(messages), *strings(attached)), rules.hosts))


class AnswerGuard:
    """One answer."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self._rest = b""
        self._held: dict[tuple[Any, ...], str] = {}
        self._last: dict[tuple[Any, ...], tuple[bytes, dict[str, Any]]] = {}

    def whole(self, body: bytes) -> bytes:
        """A complete JSON answer."""
        if not any(sign in body for sign in _TELLING):
            return body
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError:
            return body
        before = self.links.removed
        made = _walked(value, "", self._clean)
        return orjson.dumps(made) if self.links.removed != before else body

    def piece(self, body: bytes, *, last: bool) -> bytes:
        """Some bytes of an event stream; what may go out now."""
        data = self._rest + body
        out = []
        while True:
            end, size = _event_end(data)
            if end < 0:
                break
            out.append(self._event(data[: end + size]))
            data = data[end + size :]
        self._rest = data
        if last:
            out.append(self._flushed())
            out.append(self._event(self._rest) if self._rest else b"")
            self._rest = b""
        return b"".join(out)

    def _event(self, raw: bytes) -> bytes:
        head, found, tail = raw.partition(b"data:")
        if not found:
            return raw
        line, newline, after = tail.partition(b"\n")
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            return (self._flushed() if line.strip() == b"[DONE]" else b"") + raw
        if not isinstance(value, dict):
            return raw
        slots = list(_slots(value))
        before = self._flushed() if _ends(value) else b""
        changed = False
        for key, holder, name in slots:
            text = holder[name]
            said = self._fed(key, text) if not _ends(value) else self._clean(text, key[0])
            self._last[key] = (head, value)
            if said != text:
                holder[name], changed = said, True
        if not slots:
            count = self.links.removed
            value = _walked(value, "", self._clean)
            changed = self.links.removed != count
        made = head + b"data: " + orjson.dumps(value) + newline + after if changed else raw
        return before + made

    def _fed(self, key: tuple[Any, ...], text: str) -> str:
        """What of a text may go out after this piece."""
        known = self._held.pop(key, "") + text
        at = held_from(known)
        if len(known) - at > MOST_HELD:
            at = len(known)
        if at < len(known):
            self._held[key] = known[at:]
        return self._clean(known[:at], key[0]) if at else ""

    def _flushed(self) -> bytes:
        """Events with what was held back, in the form of the last one of each text."""
        out = []
        for key, text in self._held.items():
            head, template = self._last[key]
            value = copy.deepcopy(template)
            for other, holder, name in _slots(value):
                holder[name] = self._clean(text, key[0]) if other == key else ""
            out.append(head + b"data: " + orjson.dumps(value) + b"\n\n")
        self._held.clear()
        return b"".join(out)

    def _clean(self, text: str, name: str) -> str:
        return self.links.clean_arguments(text) if name in _ARGUMENTS else self.links.clean(text)


def _event_end(data: bytes) -> tuple[int, int]:
    ends = [(at, len(mark)) for mark in (b"\n\n", b"\r\n\r\n") if (at := data.find(mark)) >= 0]
    return min(ends, default=(-1, 0))


def _ends(value: dict[str, Any]) -> bool:
    """Whether the event ends a text or the answer."""
    kind = str(value.get("type", ""))
    choices = value.get("choices")
    finished = isinstance(choices, list) and any(isinstance(c, dict) and c.get("finish_reason") for c in choices)
    return (
        finished or kind.endswith((".done", "_stop", ".completed", ".incomplete", ".failed")) or kind == "message_delta"
    )


def _slots(value: dict[str, Any]) -> Iterator[Slot]:
    """The pieces of text in an event."""
    for choice in value.get("choices") or ():
        if isinstance(choice, dict):
            yield from _of_choice(choice)
    delta, kind = value.get("delta"), str(value.get("type", ""))
    if isinstance(delta, str) and kind.endswith(".delta"):
        name = "arguments" if "arguments" in kind else "text"
        yield (name, kind, value.get("item_id"), value.get("content_index")), value, "delta"
    elif isinstance(delta, dict) and kind == "content_block_delta":
        for name in ("text", "partial_json", "thinking"):
            if isinstance(delta.get(name), str):
                yield (name, value.get("index")), delta, name


def _of_choice(choice: dict[str, Any]) -> Iterator[Slot]:
    index = choice.get("index")
    if isinstance(choice.get("text"), str):
        yield ("text", index), choice, "text"
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        return
    for name in ("content", "reasoning_content", "refusal"):
        if isinstance(delta.get(name), str):
            yield (name, index), delta, name
    for call in delta.get("tool_calls") or ():
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and isinstance(function.get("arguments"), str):
            yield ("arguments", index, call.get("index")), function, "arguments"


def _walked(value: Any, name: str, clean: Callable[[str, str], str]) -> Any:
    """The value with every string cleaned, but for words of the protocol."""
    if isinstance(value, str):
        return value if name in _PASSED else clean(value, name)
    if isinstance(value, list):
        return [_walked(item, name, clean) for item in value]
    if isinstance(value, dict):
        return {key: _walked(item, key if name != "input" else "input", clean) for key, item in value.items()}
    return value
