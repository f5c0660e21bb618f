"""Cuts an answer as a caller asked for it.

Knows: words, ``max_tokens``, ``stop``. Does not know: where the answer came from. There is no tokenizer here: a token
is a word with the space before it, which is what the usage counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PIECE = re.compile(r"\s*\S+\s*\Z|\s*\S+")


@dataclass(frozen=True, slots=True)
class Reply:
    """``pieces`` joined are the text; ``finish_reason`` is ``stop`` or ``length``."""

    pieces: tuple[str, ...]
    finish_reason: str

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def pieces_of(text: str) -> tuple[str, ...]:
    """The words of a text, each with the space before it; joined they are the text again."""
    return tuple(_PIECE.findall(text))


def cut(answer: str, *, max_tokens: int | None = None, stop: Sequence[str] = ()) -> Reply:
    """The answer up to the first stop sequence, and of that no more than ``max_tokens`` words."""
    ends = [at for at in (answer.find(word) for word in stop if word) if at >= 0]
    pieces = pieces_of(answer[: min(ends)] if ends else answer)
    if max_tokens is not None and len(pieces) > max_tokens:
        return Reply(pieces[:max_tokens], "length")
    return Reply(pieces, "stop")
