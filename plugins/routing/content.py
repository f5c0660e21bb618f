"""Checks and measures the content of one request: text, images, audio, files, tool calls.

Knows: the content parts of the OpenAI and Anthropic shapes, what is legal in them, what they cost in tokens.
Does not know: routes, what is done with the request. Nothing is copied; every text is looked at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.routing.tokens import (
    PER_AUDIO,
    PER_FILE,
    PER_IMAGE,
    PER_MESSAGE,
    NotTextError,
    checked_length,
    tokens_of,
)

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
"""The roles of a chat message. https://platform.openai.com/docs/api-reference/chat/create"""

_MAY_BE_EMPTY = frozenset({"assistant", "tool", "function"})
_PART_KINDS: dict[str, tuple[str, int]] = {
    "image_url": ("image", PER_IMAGE),
    "input_image": ("image", PER_IMAGE),
    "image": ("image", PER_IMAGE),
    "video_url": ("image", PER_IMAGE),
    "input_audio": ("audio", PER_AUDIO),
    "audio": ("audio", PER_AUDIO),
    "file": ("file", PER_FILE),
    "input_file": ("file", PER_FILE),
    "document": ("file", PER_FILE),
}
"""Parts that are not text: their modality and a flat count of tokens."""

_TEXT_PARTS = frozenset({"text", "input_text", "output_text", "summary_text", "reasoning_text"})
_BODIES = {"image_url": (dict, str), "input_audio": (dict,), "file": (dict,)}
"""Chat parts whose value stands under their own type, and what it may be."""


class Material(dict[str, Any]):
    """A text part that nobody said: a document's text, a passage that was found. It is judged and sent like any other,
    but no intent, question or conversation is read from it. Only this program makes one: JSON gives plain objects."""


class BadRequest(Exception):  # noqa: N818 (it is a status, not a fault of ours)
    """The request is malformed: status 400. ``param`` is the place, e.g.
    ``messages[2].content[0].image_url``."""

    def __init__(self, message: str, param: str | None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


class Content:
    """What one request holds, filled message by message."""

    __slots__ = ("modalities", "opaque", "quarters", "tokens")

    def __init__(self) -> None:
        self.modalities: set[str] = {"text"}
        self.quarters = 0
        self.tokens = 0
        self.opaque = False

    @property
    def token_estimate(self) -> int:
        """Tokens of everything seen so far."""
        return self.tokens + tokens_of(self.quarters)

    def text(self, value: object, param: str) -> str:
        """Counts one text. Raises BadRequest where it is not a string, or is one that cannot be sent."""
        if not isinstance(value, str):
            raise BadRequest(f"{param} must be a string", param)
        try:
            self.quarters += checked_length(value)
        except NotTextError as error:
            raise BadRequest(f"{param} {error}: remove it and send the request again", param) from error
        return value

    def strings(self, value: object, param: str) -> None:
        """Counts every string in a nested value (tool calls, schemas), whatever its shape. Not recursive."""
        stack = [value]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                self.text(item, param)
            elif isinstance(item, Mapping):
                stack.extend(item.keys())
                stack.extend(item.values())
                self.quarters += 4 * len(item)
            elif isinstance(item, list | tuple):
                stack.extend(item)
            elif item is not None:
                self.quarters += 2

    def messages(self, value: object, param: str = "messages") -> Sequence[Mapping[str, Any]]:
        """Checks chat messages and returns them, the same objects. Raises BadRequest with the place."""
        if not isinstance(value, list):
            raise BadRequest(f"{param} must be a list of messages", param)
        if not value:
            raise BadRequest(f"{param} is empty: send at least one message", param)
        for index, message in enumerate(value):
            self._message(message, f"{param}[{index}]")
        return value

    def _message(self, message: object, param: str) -> None:
        if not isinstance(message, Mapping):
            raise BadRequest(f"{param} must be an object with role and content", param)
        role = message.get("role")
        if not isinstance(role, str) or role not in ROLES:
            what = "is missing" if role is None else "is unknown"
            raise BadRequest(f"{param}.role {what} (valid: {', '.join(sorted(ROLES))})", f"{param}.role")
        self.tokens += PER_MESSAGE
        content = message.get("content")
        if isinstance(content, str):
            self.text(content, f"{param}.content")
        elif isinstance(content, list):
            if not content and role not in _MAY_BE_EMPTY:
                raise BadRequest(f"{param}.content is empty: send at least one part", f"{param}.content")
            for index, part in enumerate(content):
                self._part(part, f"{param}.content[{index}]")
        elif content is not None or role not in _MAY_BE_EMPTY:
            raise BadRequest(f"{param}.content must be a string or a list of parts", f"{param}.content")
        for key, item in message.items():
            if key not in ("role", "content") and item is not None:
                self.strings(item, f"{param}.{key}")

    def _part(self, part: object, param: str) -> None:
        if not isinstance(part, Mapping):
            raise BadRequest(f"{param} must be an object with a type", param)
        kind = part.get("type")
        if not isinstance(kind, str):
            raise BadRequest(f"{param}.type must be a string such as text or image_url", f"{param}.type")
        if kind in _TEXT_PARTS:
            self.text(part.get("text"), f"{param}.text")
            return
        known = _PART_KINDS.get(kind)
        if known is None:
            self.strings(part, param)
            return
        shapes = _BODIES.get(kind)
        if shapes is not None and not isinstance(part.get(kind), shapes):
            raise BadRequest(f"{param}.{kind} must be an object, as in OpenAI's API", f"{param}.{kind}")
        if kind == "image_url":
            _check_image(part[kind], f"{param}.image_url")
        self.modalities.add(known[0])
        self.tokens += known[1]


def _check_image(value: object, param: str) -> None:
    url = value.get("url") if isinstance(value, Mapping) else value
    if not isinstance(url, str) or not url or "\0" in url:
        raise BadRequest(f"{param}.url must be a URL or a data: URI", param)


def plain_text(message: Mapping[str, Any]) -> str:
    """The text of a checked message: its string content, or its text parts joined by newlines, without
    material."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = [part["text"] for part in content if part.get("type") in _TEXT_PARTS and not isinstance(part, Material)]
    return texts[0] if len(texts) == 1 else "\n".join(texts)
