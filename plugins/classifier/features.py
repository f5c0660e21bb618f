"""What the intent classifier sees of one text: blocks of hashed n-grams and a few structural numbers.

Knows: where in a text an instruction usually stands (its first and last sentence), which marks tell code from prose.
Does not know: intents, weights, messages, scikit-learn. Training and serving both call ``extract``, so they cannot differ.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plugins.classifier import hashing

BLOCKS: tuple[str, ...] = ("ask_words", "ask_chars", "opening", "all_words")
"""Names of the n-gram blocks, in order; each is normalized by itself."""

BLOCK_WEIGHTS: tuple[float, ...] = (1.0, 0.8, 0.45, 0.55)
"""Length of each block's vector: how much it may say beside the others."""

_EDGE = 260
"""Characters of a long text's head and of its tail that are taken as the instruction at most."""

_SHORT = 320
"""A text up to this many characters is an instruction as a whole."""

_SENTENCE_END = re.compile(r"[.!?:。？！]\s|\n")
_QUESTION_OPENING = re.compile(
    r"\W*(who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|should|would|will|"
    r"wer|was|wann|wo|warum|wie|welche[rsn]?|ist|sind|kann|qui|quoi|quand|où|pourquoi|comment|quel(?:le)?s?|est-ce|"
    r"quién|qué|cuándo|dónde|cómo|cuál|chi|che|quando|dove|perché|come|quale|quem|que|onde|como|qual|wie|wat|waar|"
    r"waarom|hoe|welke)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"\W*(?:please|pls|plz|kindly|hi|hello|hey|bitte|could you|can you|would you|i need you to|i want you to|"
    r"your task is to|you must|s'il te plaît|por favor|per favore)[\s,:]+",
    re.IGNORECASE,
)
_IMPERATIVES: dict[str, frozenset[str]] = {
    "process": frozenset(
        ["classify", "categorize", "categorise", "label", "tag", "sort", "rate", "detect", "decide", "determine", "extract", "list", "pull", "parse", "get", "find", "identify", "summarize", "summarise", "condense", "recap", "shorten", "tldr", "translate", "übersetze", "übersetzen", "traduis", "traduisez", "traduce", "traduci", "traduza", "traduzir", "vertaal", "rewrite", "rephrase", "reword", "paraphrase", "proofread", "polish", "correct", "edit", "improve", "simplify", "fasse", "résume", "resume", "riassumi", "resuma", "fix", "convert"]
    ),
    "make": frozenset(
        ["write", "compose", "draft", "create", "generate", "invent", "imagine", "pretend", "act", "describe", "craft", "design", "brainstorm", "schreibe", "schreib", "écris", "rédige", "escribe", "scrivi", "escreva", "schrijf", "implement", "build", "code", "debug", "refactor", "develop"]
    ),
    "think": frozenset(
        ["solve", "calculate", "compute", "evaluate", "simplify", "prove", "derive", "plan", "analyze", "analyse", "compare", "weigh", "assess", "consider", "think", "reason", "berechne", "löse", "calcule", "resuelve", "calcola", "calcula", "bereken", "explain", "tell", "define"]
    ),
}
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("fence", re.compile(r"```|~~~")),
    (
        "code_line",
        re.compile(
            r"^\s*(?:def |class |import |from \w+ import|function |const |let |var |public |#include"
            r"|return\b|SELECT |if \(|for \(|\}|</?\w+>|assert )",
            re.MULTILINE,
        ),
    ),
    ("call", re.compile(r"\b\w+\([^)\n]{0,60}\)")),
    ("table", re.compile(r"\|.{0,80}\||\t|^[^,\n]{1,40}(?:,[^,\n]{1,40}){2,}$", re.MULTILINE)),
    ("log_time", re.compile(r"\d\d:\d\d:\d\d|\b\d{4}-\d\d-\d\d\b")),
    ("mail", re.compile(r"^(?:From|To|Subject|Von|An|Betreff|Dear|Hi|Hello|Best|Regards|Sincerely)\b", re.MULTILINE)),
    ("quoted_line", re.compile(r"^>", re.MULTILINE)),
    ("list_item", re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s", re.MULTILINE)),
    ("option", re.compile(r"(?:^|\s)\(?[A-Da-d][).]\s")),
    ("number", re.compile(r"\d+(?:[.,]\d+)*")),
    ("unit", re.compile(r"[$€£%]|\b(?:dollars?|cents?|hours?|minutes?|miles?|km|kg|meters?|percent|euros?)\b", re.I)),
    ("formula", re.compile(r"\d\s*[-+*/×÷^=]\s*\(?\d|\b[xyzn]\s*[-+*/^=<>]|=\s*\d|\\(?:frac|sqrt|int|sum)|[√∫∑π≤≥]")),
    (
        "quantity_ask",
        re.compile(
            r"\bhow (?:many|much|long|far|old|fast)\b|\bwie ?viele?\b|\bcombien\b|\bcuánt[oa]s?\b"
            r"|\bquant[oaie]s?\b|\bhoeveel\b",
            re.IGNORECASE,
        ),
    ),
    ("quotation", re.compile(r"[\"“„«][^\"“”„«»\n]{3,}[\"”“»]")),
    ("json", re.compile(r"\bjson\b|\bcsv\b|\{\s*\"", re.IGNORECASE)),
    ("second_person", re.compile(r"\byou(?:r|rs|'re)?\b|\bdu\b|\btu\b|\bSie\b|\bvous\b", re.IGNORECASE)),
    ("first_person", re.compile(r"\b(?:i|my|me|i'm|ich|mein\w*|je|mon|ma|yo|mi)\b", re.IGNORECASE)),
)
STRUCTURE: tuple[str, ...] = (
    *(name for name, _ in _PATTERNS),
    "length", "words", "lines", "sentences", "one_word", "body_share", "digit_share", "upper_share", "symbol_share",
    "non_ascii", "ends_question", "has_question", "opens_question", "ends_colon", "opening_colon", "tail_question",
    *(f"imperative_{kind}" for kind in _IMPERATIVES),
)  # fmt: skip
"""Names of the structural numbers, in order; each is in 0..1."""

_STRUCTURE_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Extracted:
    """``blocks``: for each of BLOCKS the buckets found (with repeats). ``structure``: float32, shape (len(STRUCTURE),)."""

    blocks: tuple[hashing.Buckets, ...]
    structure: NDArray[np.float32]


def truncate(text: str, max_chars: int) -> tuple[str, int]:
    """Head (three fifths) and tail of a text longer than ``max_chars``, and how many characters were left out."""
    if len(text) <= max_chars:
        return text, 0
    head = max_chars * 3 // 5
    tail = max_chars - head - 1
    return text[:head] + "\n" + text[-tail:], len(text) - max_chars + 1


def edges(text: str) -> tuple[str, str]:
    """First and last sentence or line of a long text (each 260 characters at most); a short one is all head."""
    stripped = text.strip()
    if len(stripped) <= _SHORT:
        return stripped, ""
    head = stripped[:_EDGE]
    cut = _SENTENCE_END.search(head, 30)
    if cut:
        head = head[: cut.end()]
    tail = stripped[-_EDGE:]
    last = None
    for last in _SENTENCE_END.finditer(tail, 0, max(0, len(tail) - 30)):
        pass
    return head, tail[last.end() :] if last else tail


def _share(count: int, full: int) -> float:
    return min(1.0, count / full)


def _structure(text: str, head: str, tail: str) -> NDArray[np.float32]:
    length = max(1, len(text))
    found = [_share(len(pattern.findall(text)), 5) for _, pattern in _PATTERNS]
    digits = sum(map(text.count, "0123456789"))
    symbols = sum(map(text.count, "{}()[];=<>*/+_|"))
    word_count = text.count(" ") + text.count("\n") + 1
    opening = _POLITE.sub("", head[:80], count=1).lstrip(" \"'*#-").lower()
    first = re.match(r"[^\W\d_]+", opening)
    verb = first.group() if first else ""
    ending = text.rstrip()[-1:]
    found += [
        min(1.0, np.log1p(length) / 9),
        _share(word_count, 60),
        _share(text.count("\n"), 12),
        _share(text.count(". ") + text.count("? ") + text.count("! "), 6),
        float(word_count <= 2),
        1.0 - (len(head) + len(tail)) / max(length, len(head) + len(tail)),
        _share(digits * 10, length),
        _share(sum(1 for c in text[:600] if c.isupper()) * 4, min(600, length)),
        _share(symbols * 8, length),
        _share(sum(1 for c in text[:600] if c > "\x7f") * 8, min(600, length)),
        float(ending in "?？"),
        float("?" in text),
        float(_QUESTION_OPENING.match(opening) is not None),
        float(ending == ":"),
        float(":" in head),
        float("?" in tail),
        *(float(verb in verbs) for verbs in _IMPERATIVES.values()),
    ]
    return np.asarray(found, dtype=np.float32) * np.float32(_STRUCTURE_WEIGHT)


def extract(text: str) -> Extracted:
    """Features of ``text``, which the caller has already truncated."""
    head, tail = edges(text)
    ask = hashing.codes(f"{head} \n {tail}" if tail else head)
    ask_words = hashing.words(ask)
    all_words = hashing.words(hashing.codes(text)) if tail else ask_words
    blocks = (
        np.concatenate((hashing.unigrams(ask_words, 1), hashing.bigrams(ask_words, 2))),
        hashing.char_ngrams(ask, (3, 4, 5), 3),
        hashing.positioned(ask_words, 5, 4),
        hashing.unigrams(all_words, 5),
    )
    return Extracted(blocks, _structure(text, head, tail))
