"""Python in a fenced block does not parse. Knows: Python's grammar. Does not know: other languages, or what runs."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings

from plugins.routing.escalation.answer import Answer, Asked

MAX_CHARS = 50_000
MIN_LINES = 3
_BLOCK = re.compile(r"^[ \t]*```(?:python|py|python3)[ \t]*\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_NOT_A_PROGRAM = re.compile(r"^\s*(?:>>>|\.\.\.\s|[%!$]|In \[|<[a-z_ ]+>|pip |print )", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\.\.\.|…|<[A-Za-z_ ]+>|\{\{")


def code_parse(asked: Asked, answer: Answer) -> str | None:
    """``invalid_code`` where the longest Python block of an answer about code is a program that cannot be parsed."""
    if asked.intent != "coding" or (asked.length_set and answer.finish_reason == "length"):
        return None
    block = textwrap.dedent(max(_BLOCK.findall(answer.text), key=len, default=""))
    if len(block.splitlines()) < MIN_LINES or len(block) > MAX_CHARS:
        return None
    if _NOT_A_PROGRAM.search(block) or _PLACEHOLDER.search(block):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(block)
    except SyntaxError:
        return "invalid_code"
    except (ValueError, RecursionError, MemoryError):
        return None
    return None
