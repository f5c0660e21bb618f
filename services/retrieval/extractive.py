"""Answers a question from the passages that stand in a request, by quoting them: no language model.

Knows: how the gateway writes passages and pages into a prompt (``[1] name, page 2``, ``[Page 2]``), likeness of
vectors. Does not know: where they come from. What it says is the documents' own words, with page and score; where
nothing is near the question it says that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.retrieval.minilm.encoder import Encoder
from services.retrieval.rerank import relevance

MAX_QUOTES = 3
MAX_PASSAGES = 200
PASSAGE_CHARS = 900
QUOTE_CHARS = 400
NEAR = 0.25
"""The least score of a passage that is quoted."""

CLOSE_TO_BEST = 0.75
"""A further passage is quoted where its score is at least this share of the best one's."""

NOTHING = "The documents do not hold an answer to this: no passage is close to the question."
_MARK = re.compile(r"^\[(?:(?P<number>\d{1,2})\] (?P<title>[^\n]{1,300})|Page (?P<page>\d{1,6})\])$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Piece:
    """``mark``: how the passage is named in the prompt, e.g. ``[1] manual.pdf, page 8``; "" where it is not."""

    mark: str
    text: str


def question_and_material(messages: Sequence[Any]) -> tuple[str, str]:
    """The last user turn's last text, and all the text before it. Both are "" where there is no user turn."""
    texts: list[str] = []
    for message in messages:
        content = message.content
        if message.role in ("user", "tool"):
            parts = content if isinstance(content, list) else [{"text": content}]
            texts += [p["text"] for p in parts if isinstance(p, dict) and isinstance(p.get("text"), str)]
    return (texts[-1], "\n\n".join(texts[:-1])) if texts else ("", "")


def pieces_of(material: str) -> list[Piece]:
    """The passages in a prompt: by their marks, long ones in parts."""
    marks = list(_MARK.finditer(material))
    if not marks:
        return _parts(Piece("", material))
    ends = [m.start() for m in marks[1:]] + [len(material)]
    found: list[Piece] = []
    for mark, end in zip(marks, ends, strict=True):
        found += _parts(Piece(mark.group(), material[mark.end() : end].strip()))
    return found


def answer(encoder: Encoder, question: str, material: str) -> str:
    """The best passages, quoted."""
    pieces = [p for p in pieces_of(material) if p.text][:MAX_PASSAGES]
    if not pieces:
        return NOTHING
    scores = relevance(encoder, question, [p.text for p in pieces])
    order = sorted(range(len(pieces)), key=lambda i: (-scores[i], i))
    best = scores[order[0]]
    chosen = [i for i in order[:MAX_QUOTES] if scores[i] >= max(NEAR, CLOSE_TO_BEST * best)]
    if not chosen:
        return NOTHING
    lines = ["Quoted from the documents; not written by a language model."]
    lines += [_quoted(encoder, question, pieces[i], float(scores[i])) for i in chosen]
    return "\n\n".join(lines)


def _quoted(encoder: Encoder, question: str, piece: Piece, score: float) -> str:
    sentences = [s.strip() for s in _SENTENCE.split(piece.text) if s.strip()]
    scores = relevance(encoder, question, sentences)
    at = int(scores.argmax())
    quote = sentences[at]
    for more in sentences[at + 1 : at + 2]:
        if len(quote) + len(more) < QUOTE_CHARS:
            quote = f"{quote} {more}"
    named = f" {piece.mark}" if piece.mark else ""
    return f"“{quote[:QUOTE_CHARS]}”{named} (score {score:.2f})"


def _parts(piece: Piece) -> list[Piece]:
    if len(piece.text) <= PASSAGE_CHARS:
        return [piece]
    made: list[str] = [""]
    for sentence in _SENTENCE.split(piece.text):
        if made[-1] and len(made[-1]) + len(sentence) > PASSAGE_CHARS:
            made.append("")
        made[-1] = f"{made[-1]} {sentence}".strip()
    return [replace(piece, text=text) for text in made]
