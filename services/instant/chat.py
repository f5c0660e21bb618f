"""What a chat request asks of this service.

Knows: the fields that matter here. Does not know: answers. Everything else of OpenAI's request is accepted and ignored
(``n`` as well: there is only one answer).
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from services.common.errors import ApiError


class StreamOptions(BaseModel):
    include_usage: bool | None = None


class Message(BaseModel):
    role: str
    content: Any = None


class ChatRequest(BaseModel):
    """Source: OpenAI API reference, "Create chat completion"."""

    model: str = ""
    messages: list[Message] = Field(min_length=1)
    response_format: dict[str, Any] | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: Any = None

    @property
    def limit(self) -> int | None:
        """Tokens of the answer, as asked."""
        return self.max_completion_tokens if self.max_completion_tokens is not None else self.max_tokens

    @property
    def stops(self) -> list[str]:
        """Stop sequences. Raises ApiError (400)."""
        if self.stop is None:
            return []
        found = [self.stop] if isinstance(self.stop, str) else self.stop
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            raise ApiError(400, "stop must be a string or a list of strings.", param="stop")
        return found

    def texts(self) -> list[str]:
        """The text of every message. Raises ApiError (400) where a content is neither text nor parts."""
        return [_text(message, f"messages[{index}].content") for index, message in enumerate(self.messages)]


def last_user_text(request: ChatRequest, texts: list[str]) -> str:
    """The last user turn of the request whose ``texts`` these are, or "" where there is none."""
    turns = [text for message, text in zip(request.messages, texts, strict=True) if message.role == "user"]
    return turns[-1] if turns else ""


def _text(message: Message, param: str) -> str:
    content = message.content
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise ApiError(400, f"{param} must be a string or a list of parts.", param=param)
    texts = [part.get("text") for part in content]
    return "\n".join(text for text in texts if isinstance(text, str))
