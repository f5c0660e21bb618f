"""Which passages of a long document are shown where not all fit: those that are about the question.

Knows: BM25 over the passages (bm25s), the size of each. Does not know: models, formats. Where the question has no word
in common with the document ("summarize this"), passages are taken from all over it, not from its head.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from plugins.routing.tokens import tokens_of

_WORD = re.compile(r"\w+", re.UNICODE)
MAX_QUESTION = 4_000
"""Characters of the question that are searched for."""


def size_of(text: str) -> int:
    """Estimated tokens of ``text``: that of ``plugins.routing.tokens``, for text that is known to be valid."""
    length = len(text)
    return tokens_of(length if text.isascii() else length + (len(text.encode("utf-8", "replace")) - length) * 4 // 3)


def choose(passages: Sequence[str], question: str, tokens: int) -> list[int]:
    """Positions, in reading order, of the passages that fit into ``tokens``; at least one. The first passage is among
    them where it fits into a tenth: it says what the document is."""
    sizes = [size_of(p) + 8 for p in passages]
    if sum(sizes) <= tokens:
        return list(range(len(passages)))
    order = _by_score(passages, question)
    if sizes[0] <= tokens // 10:
        order = [0, *(i for i in order if i != 0)]
    chosen: list[int] = []
    left = tokens
    for index in order:
        if sizes[index] <= left:
            chosen.append(index)
            left -= sizes[index]
    return sorted(chosen) or [order[0]]


def best(passages: Sequence[str], question: str, count: int) -> list[int]:
    """Positions, in reading order, of the ``count`` passages that are most about the question."""
    return sorted(_by_score(passages, question)[:count])


def clipped(text: str, tokens: int) -> str:
    """The beginning of ``text`` that is about ``tokens`` long."""
    size = size_of(text)
    return text if size <= tokens else text[: max(1, len(text) * max(1, tokens) // size)]


def split(text: str, most: int = 1_600) -> list[str]:
    """``text`` as passages of about ``most`` characters, cut at empty lines, else at line ends, else anywhere."""
    pieces: list[str] = []
    current = ""
    for block in re.split(r"(?<=\n)\s*\n", text):
        for line in [block] if len(block) <= most else block.splitlines(keepends=True):
            for start in range(0, max(1, len(line)), most):
                part = line[start : start + most]
                if current and len(current) + len(part) > most:
                    pieces.append(current)
                    current = ""
                current += part
        current += "\n"
    return [p for p in (*pieces, current) if p.strip()] or [text]


def _by_score(passages: Sequence[str], question: str) -> list[int]:
    words = _words(question[:MAX_QUESTION])
    scores = _scores([_words(p) for p in passages], words) if words else [0.0] * len(passages)
    about = sorted((i for i, s in enumerate(scores) if s > 0), key=lambda i: (-scores[i], i))
    return [*about, *_spread([i for i, s in enumerate(scores) if s <= 0])]


def _scores(texts: list[list[str]], words: list[str]) -> list[float]:
    import bm25s

    if not any(texts):
        return [0.0] * len(texts)
    index = bm25s.BM25(method="lucene")
    index.index(texts, show_progress=False)
    known = [w for w in words if w in index.vocab_dict]
    return [float(s) for s in index.get_scores(known)] if known else [0.0] * len(texts)


def _words(text: str) -> list[str]:
    """Words in lower case, the commonest left out, plural forms as singular."""
    found = (w.rstrip("s") if len(w) > 3 else w for w in _WORD.findall(text.lower()))
    return [w for w in found if w not in _COMMON]


_COMMON_WORDS = (
    "a an and are as at be by can do doe for from how i in is it me of on or that the thi this to was what when where "
    "which who why will with you your page document file pdf about say tell show give"
)
_COMMON = frozenset(_COMMON_WORDS.split())


def _spread(indices: list[int]) -> list[int]:
    """First, last, middle, quarters, ...: any beginning of this order covers the whole evenly."""
    order: list[int] = []
    seen: set[int] = set()
    steps = 1
    while len(order) < len(indices):
        for step in range(steps + 1):
            at = (len(indices) - 1) * step // steps
            if at not in seen:
                seen.add(at)
                order.append(indices[at])
        steps *= 2
    return order
