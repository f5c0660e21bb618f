"""Whether the built-in answer book can answer at once.

Knows: the book's matcher, and which requests it must leave alone. Does not know: the answers' texts, deployments. What
needs a language model (tools, a format, images, instructions of the application, a conversation about something else)
is never offered an instant answer, however short the last turn is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plugins.answers.book import AnswersError
from plugins.answers.live import LiveMatcher
from plugins.answers.match import Matcher
from plugins.answers.words import MAX_CHARS
from plugins.routing.config.problems import ConfigError
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.content import plain_text
from plugins.routing.types import Facts, Signal

GROUP = "instant"
"""The model group that answers: the one that the built-in service is rendered as."""

NONE = "none"

MAX_TURNS = 8
"""User turns before the last one that are looked at; a longer conversation is about something else."""

_GENERIC_WORDS = """
    you are a an i am helpful assistant ai chat friendly polite concise honest harmless respectful knowledgeable and the
    that who helps help users user people to your best answer answers question questions be always please kind of their
    with language model chatbot useful safe
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())
_ROLES = frozenset({"assistant", "chatbot", "ai"})
_MAX_GENERIC_WORDS = 25
_TEXT_PARTS = frozenset({"text", "input_text", "output_text"})
_WORD = re.compile(r"[^\W\d_]+|\d+")


class InstantSignal:
    """``label``: the model group ``instant``, or ``none``. ``score``: similarity of the nearest known question.
    ``detail.answer``: the id of the answer; ``detail.why``: why nothing was offered."""

    name = "instant"

    def __init__(self, spec: GatewaySpec, answers: LiveMatcher | None = None) -> None:
        """Raises ConfigError where a file named in ``gateway.instant.answers`` cannot be used."""
        self._answers: LiveMatcher | None = None
        if not spec.instant.enabled:
            return
        try:
            files = [Path(name) for name in spec.instant.answers]
            self._answers = answers or LiveMatcher(files, spec.instant.min_score)
        except AnswersError as error:
            raise ConfigError([error.problem]) from error

    def extract(self, facts: Facts) -> Signal:
        if self._answers is None:
            return self._none("disabled")
        why = _unfit(facts)
        if why is not None:
            return self._none(why)
        matcher = self._answers.current()
        match = matcher.best(facts.text)
        if match.entry is None:
            return self._none("unknown", match.score)
        if not _all_known(facts.messages, matcher) and (not match.entry.social or _asked_back(facts.messages)):
            return self._none("conversation", match.score)
        return Signal(self.name, GROUP, match.score, {"answer": match.entry.id})

    def _none(self, why: str, score: float = 0.0) -> Signal:
        return Signal(self.name, NONE, score, {"why": why})


def _unfit(facts: Facts) -> str | None:
    """Why no canned sentence can be the answer, whatever was asked; None where one can."""
    if facts.mode != "chat":
        return "mode"
    if not facts.needs <= {"stream"}:
        return "needs"
    if not facts.modalities <= {"text"} or not all(_only_text(message) for message in facts.messages):
        return "modality"
    if not facts.text or len(facts.text) > MAX_CHARS:
        return "length"
    if not facts.messages or facts.messages[-1].get("role") != "user":
        return "role"
    if any(message.get("role") in ("tool", "function") or message.get("tool_calls") for message in facts.messages):
        return "tools"
    if not all(_generic(plain_text(m)) for m in facts.messages if m.get("role") in ("system", "developer")):
        return "instructions"
    return None


def _only_text(message: Mapping[str, Any]) -> bool:
    """Whether nothing else is in it: a tool's result or an unknown part is content that the book does not see."""
    content = message.get("content")
    return not isinstance(content, list) or all(part.get("type") in _TEXT_PARTS for part in content)


def _generic(prompt: str) -> bool:
    """Whether a system prompt says no more than "you are a helpful assistant"."""
    if len(prompt) > MAX_CHARS:
        return False
    words = _WORD.findall(prompt.lower())
    if not words:
        return True
    return len(words) <= _MAX_GENERIC_WORDS and _GENERIC.issuperset(words) and not _ROLES.isdisjoint(words)


def _asked_back(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the turn before the last one ends with a question: then "hola" may be its answer, and no greeting."""
    return len(messages) > 1 and plain_text(messages[-2]).rstrip().endswith(("?", "？"))


def _all_known(messages: Sequence[Mapping[str, Any]], matcher: Matcher) -> bool:
    """Whether every earlier user turn was for the book as well: then the conversation is about this gateway."""
    earlier = [message for message in messages[:-1] if message.get("role") == "user"]
    return len(earlier) <= MAX_TURNS and all(matcher.best(plain_text(m)).entry is not None for m in earlier)
