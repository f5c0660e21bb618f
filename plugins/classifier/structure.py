"""Cheap marks of a text's form: code, tables, numbers, question and command forms, where the ask stands.

Knows: characters and a few opening words in seven languages. Does not know: intents, weights. Counts are taken on
an array of code points, since regular expressions over a long prompt cost more than everything else together.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

_QUESTION_WORDS = """
    who whom whose what when where which why how is are was were do does did can could should would will
    wer wann wo warum wie welche welcher welches ist sind kann qui quoi quand où pourquoi comment quel quelle est
    quién qué cuándo dónde cómo cuál chi che quando dove perché come quale quem que onde como qual wat waar waarom
    hoe welke"""
_PROCESS = """
    classify categorize categorise label tag sort rate detect decide determine extract list pull parse get find
    identify summarize summarise condense recap shorten tldr translate übersetze übersetzen traduis traduisez
    traduce traduci traduza traduzir vertaal rewrite rephrase reword paraphrase proofread polish correct edit
    improve simplify fasse résume resume riassumi resuma fix convert"""
_MAKE = """
    write compose draft create generate invent imagine pretend act describe craft design brainstorm schreibe
    schreib écris rédige escribe scrivi escreva schrijf implement build code debug refactor develop"""
_THINK = """
    solve calculate compute evaluate prove derive plan analyze analyse compare weigh assess consider
    think reason berechne löse calcule resuelve calcola calcula bereken explain tell define"""
_QUESTION_OPENINGS = frozenset(_QUESTION_WORDS.split())
_VERBS: dict[str, frozenset[str]] = {
    "process": frozenset(_PROCESS.split()),
    "make": frozenset(_MAKE.split()),
    "think": frozenset(_THINK.split()),
}
_POLITE = re.compile(
    r"\W*(?:please|pls|plz|kindly|hi|hello|hey|bitte|could you|can you|would you|i need you to|i want you to|"
    r"your task is to|you must|s'il te plaît|por favor|per favore)[\s,:]+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_LINES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "code_line",
        re.compile(
            r"^[ \t]*(?:def |class |import |from \w+ import|function |const |let |var |public |#include|return\b|"
            r"SELECT |if \(|for \(|\}|</?\w+>|assert |>>> |@\w+$)",
            re.MULTILINE,
        ),
    ),
    ("mail", re.compile(r"^(?:From|To|Subject|Von|An|Betreff|Dear|Hi|Hello|Best|Regards|Sincerely)\b", re.MULTILINE)),
    ("quoted_line", re.compile(r"^>", re.MULTILINE)),
    ("list_item", re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)]) ", re.MULTILINE)),
    ("csv_line", re.compile(r"^[^,\n]{1,40}(?:,[^,\n]{1,40}){2,}$", re.MULTILINE)),
)
STRUCTURE: tuple[str, ...] = (
    *(name for name, _ in _LINES),
    "fence", "bars", "tabs", "calls", "clock_times", "numbers", "operations", "math_signs", "money", "quotation_marks",
    "length", "words", "lines", "sentences", "one_word", "body_share", "digit_share", "upper_share", "symbol_share",
    "non_ascii", "ends_question", "has_question", "opens_question", "ends_colon", "opening_colon", "tail_question",
    *(f"verb_{kind}" for kind in _VERBS),
)  # fmt: skip
"""Names of the numbers, in order; each is in 0..1 before weighting."""

_FEW_LINES = 40

_WEIGHT = 0.5
"""How much a structural number may say beside the n-gram blocks, whose vectors have a length of about 1."""

_LETTER, _DIGIT, _UPPER, _SYMBOL, _OPERATOR, _MATH, _MONEY, _QUOTE, _WIDE = (1 << i for i in range(9))


def _class_table() -> NDArray[np.uint16]:
    """Bit set of each code point below 0x2300; the last entry stands for all above."""
    table = np.zeros(0x2301, dtype=np.uint16)
    for i in range(0x2300):
        char = chr(i)
        bits = _LETTER if char.isalpha() or char == "_" else 0
        bits |= _DIGIT if "0" <= char <= "9" else 0
        bits |= _UPPER if "A" <= char <= "Z" else 0
        bits |= _SYMBOL if char in "{}()[];=<>*/+_|" else 0
        bits |= _OPERATOR if char in "-+*/×÷^=<>" else 0
        bits |= _MATH if char in "^√∫∑π≤≥≠×÷∞∈²³" else 0
        bits |= _MONEY if char in "$€£%" else 0
        bits |= _QUOTE if char in '"“”„«»' else 0
        bits |= _WIDE if i > 127 else 0
        table[i] = bits
    table[-1] = _WIDE | _LETTER
    return table


_CLASSES = _class_table()
_KINDS, _KIND_OF = np.unique(_CLASSES, return_inverse=True)
"""The bit sets that there are, and the number of each code point's."""
_KIND_OF = _KIND_OF.astype(np.uint8)
_COUNTED = (_MATH, _MONEY, _QUOTE, _DIGIT, _UPPER, _SYMBOL, _WIDE)
_HAS = np.array([[bool(kind & bit) for bit in _COUNTED] for kind in _KINDS.tolist()], dtype=np.float64)
"""Which of those counted each bit set has: (kinds, counted)."""


def _share(count: float | np.integer[Any], full: float) -> float:
    return min(1.0, float(count) / full)


def _marks(text: str) -> tuple[list[float], list[float]]:
    """Counts of single marks, and shares of kinds of characters."""
    raw = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")
    kinds = _KIND_OF[np.minimum(raw, 0x2300)]
    bits = _KINDS[kinds]
    math, money, quotes, digits, upper, symbols, wide = (np.bincount(kinds, minlength=_KINDS.size) @ _HAS).tolist()
    digit = (bits & _DIGIT) > 0
    paren, colon = raw == 40, raw == 58
    calls = np.count_nonzero((bits[:-1] & (_LETTER | _DIGIT) > 0) & paren[1:])
    times = np.count_nonzero(digit[1:-2] & colon[2:-1] & digit[3:]) if raw.size > 3 else 0
    numbers = np.count_nonzero(digit[1:] & ~digit[:-1]) + int(digit[:1].sum())
    dense = bits[raw != 32]
    number = (dense & _DIGIT) > 0
    operator = (dense & _OPERATOR) > 0
    operations = np.count_nonzero(number[:-2] & operator[1:-1] & number[2:]) if dense.size > 2 else 0
    length = max(1, raw.size)
    return [
        _share(text.count("```"), 2),
        _share(text.count("|"), 8),
        _share(text.count("\t"), 4),
        _share(calls, 4),
        _share(times, 4),
        _share(numbers, 8),
        _share(operations, 3),
        _share(math, 3),
        _share(money, 3),
        _share(quotes, 4),
        min(1.0, float(np.log1p(length)) / 9),
        _share(text.count(" ") + text.count("\n") + 1, 60),
        _share(text.count("\n"), 12),
        _share(text.count(". ") + text.count("? ") + text.count("! "), 6),
    ], [
        _share(digits * 10, length),
        _share(upper * 4, length),
        _share(symbols * 8, length),
        _share(wide * 8, length),
    ]


def _line_marks(text: str) -> list[float]:
    """Lines of each kind. To look at the beginnings of few lines costs a tenth of looking through the whole text."""
    if text.count("\n") > _FEW_LINES:
        return [_share(len(pattern.findall(text)), 5) for _, pattern in _LINES]
    lines = text.split("\n")
    return [_share(sum(pattern.match(line) is not None for line in lines), 5) for _, pattern in _LINES]


def structure(text: str, head: str, tail: str) -> NDArray[np.float32]:
    """Numbers of ``text`` with first and last sentence ``head`` and ``tail``; float32, shape (len(STRUCTURE),)."""
    counts, shares = _marks(text)
    opening = _POLITE.sub("", head[:80], count=1).lower()
    first = _WORD.search(opening)
    verb = first.group() if first else ""
    ending = text.rstrip()[-1:]
    longest = max(len(text), len(head) + len(tail), 1)
    found = [
        *_line_marks(text),
        *counts,
        float(text.count(" ") + text.count("\n") <= 1),
        1.0 - (len(head) + len(tail)) / longest,
        *shares,
        float(ending in ("?", "？")),
        float("?" in text),
        float(verb in _QUESTION_OPENINGS),
        float(ending == ":"),
        float(":" in head),
        float("?" in tail),
        *(float(verb in verbs) for verbs in _VERBS.values()),
    ]
    return np.asarray(found, dtype=np.float32) * np.float32(_WEIGHT)
