"""All checks in order, on whole answers and on the beginning of a stream.

Knows: which checks there are, that a refusal is never asked again. Does not know: what happens then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from plugins.routing.escalation.answer import Answer, Asked
from plugins.routing.escalation.code_parse import code_parse
from plugins.routing.escalation.empty import empty
from plugins.routing.escalation.inability import inability
from plugins.routing.escalation.json_format import json_format
from plugins.routing.escalation.language import language
from plugins.routing.escalation.logprob import logprob
from plugins.routing.escalation.refusal import is_refusal
from plugins.routing.escalation.tool_call import tool_call
from plugins.routing.escalation.truncated import truncated

CHECKS = (
    empty,
    truncated,
    inability,
    tool_call,
    json_format,
    code_parse,
    language,
    logprob,
)
FILTERED = "content_filter"
_WORD = re.compile(r"[a-z']+")
_OPENERS = frozenset({"i", "i'm", "as", "sorry", "unfortunately", "this", "that", "apologies", "my", "it", "sadly"})
"""First words of an answer that says that it cannot."""


def look(asked: Asked, answers: Sequence[Answer]) -> str | None:
    """Why the answer should be asked for again one tier up; None where it should not. One refusal among several choices
    is enough to leave all of them alone."""
    if any(_refuses(answer) for answer in answers):
        return None
    return next((why for answer in answers for check in CHECKS if (why := check(asked, answer))), None)


def look_early(asked: Asked, text: str, *, ended: bool) -> str | None:
    """The same for the first characters of a stream without tool calls. ``ended``: they are all of it."""
    answer = Answer(text)
    if _refuses(answer):
        return None
    begun = text.lstrip()
    if not begun:
        return "empty" if ended else None
    object_asked = asked.json and (asked.schema is None or asked.schema.get("type", "object") == "object")
    if object_asked and begun[0] != "{":
        return "invalid_json"
    return inability(asked, answer)


def undecided(asked: Asked, text: str) -> bool:
    """Whether more of a stream that begins with ``text`` could still say that it should be asked for again. Most
    answers are let go with their first word."""
    begun = text.lstrip()
    if not begun:
        return True
    if asked.json:  # what begins with neither may still turn out to be a refusal, which stays
        return begun[0] not in "{["
    first = _WORD.match(begun.lower().replace("’", "'"))
    return first is not None and (first.end() == len(begun) or first.group() in _OPENERS)


def _refuses(answer: Answer) -> bool:
    return answer.refused or answer.finish_reason == FILTERED or is_refusal(answer.text)
