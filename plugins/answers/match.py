"""Finds the entry that a short text asks for, or none.

Knows: tf-idf cosine similarity over words and pairs of neighboring words (Salton and Buckley 1988). Does not know:
requests, what an answer says. A wrong answer is worse than none: one word that the book never heard, or one rare word
that only one side has, and it is another question ("how do I add a model to my django app"). Plain dictionaries: at
this size they take 0.1 ms, and neither scikit-learn's import nor its memory.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plugins.answers.book import Entry
from plugins.answers.words import MAX_CHARS, PREPOSITIONS, words_of

MIN_SCORE = 0.82
"""Below it nothing is said; chosen by the table in tests/plugins/answers."""

MAX_TOKENS = 24
MAX_SLIPS = 2
MAX_PARTS = 3
_PARTS = re.compile(r"[.!?,;]+")
_PAIR = 0.6
"""Weight of a pair of neighbors relative to the mean of its two words: order matters, less than the words."""

_TYPO = 0.85
"""How much of a word counts that is one typing slip away from one in the book."""

_DECISIVE = 1.9
"""A word of at least this weight that only one side has makes it another question."""

_ASKING = {"who": "who", "what": "what", "which": "what", "how": "how", "where": "where", "why": "why", "when": "when"}
"""Question words, too common to weigh much, that no similar question may lack; "which" asks as "what" does."""

_OPENINGS = frozenset({"hi", "hello", "hey", "hallo", "hola", "bonjour", "thank", "yo"})


@dataclass(frozen=True, slots=True)
class Match:
    """``entry`` is None where nothing is similar enough; ``score`` (0..1) is that of the nearest question."""

    entry: Entry | None
    score: float


@dataclass(frozen=True, slots=True)
class _Question:
    entry: Entry
    anchored: bool
    words: frozenset[str]


class Matcher:
    """Built once from a book; safe to share between threads."""

    def __init__(self, entries: Sequence[Entry], min_score: float | None = None) -> None:
        self.min_score = MIN_SCORE if min_score is None else min_score
        known = [
            (entry, tokens, anchored)
            for entry in entries
            for anchored, texts in ((False, entry.questions), (True, entry.anchored))
            for tokens in {words_of(text, anchored).tokens: None for text in texts}
            if tokens
        ]
        seen = Counter(word for e in entries for word in {w for x, tokens, _ in known if x is e for w in tokens})
        self._weights = {word: math.log(1 + len(entries) / count) for word, count in seen.items()}
        self._slips = _slips(self._weights)
        self._questions = [_Question(entry, anchored, frozenset(tokens)) for entry, tokens, anchored in known]
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for index, (_, tokens, _) in enumerate(known):
            for term, weight in self._vector(tokens).items():
                self._postings.setdefault(term, []).append((index, weight))

    def best(self, text: str) -> Match:
        """The entry most similar to the text. Over 300 characters, or not plain talk: none."""
        found = self._one(text)
        if found.entry is None and len(text) <= MAX_CHARS:
            parts = [part for part in _PARTS.split(text) if part.strip()]
            if 2 <= len(parts) <= MAX_PARTS:
                # "Thanks! Have a nice day. Bye!": known when every part is, and the last one is answered
                return self._all(parts, found)
        return found

    def _all(self, parts: Sequence[str], otherwise: Match) -> Match:
        last, lowest = otherwise, 1.0
        for index, part in enumerate(parts):
            last = self._one(part)
            if last.entry is None or (index < len(parts) - 1 and not last.entry.social):
                return otherwise
            lowest = min(lowest, last.score)
        return Match(last.entry, lowest)

    def _one(self, text: str) -> Match:
        words = words_of(text)
        tokens = words.tokens
        if not tokens or len(tokens) > MAX_TOKENS:
            return Match(None, 0.0)
        found = self._nearest(tokens, words.anchored)
        if found.score < 1 and len(tokens) > 2 and tokens[0] in _OPENINGS:
            # "hi there, who are you?": the greeting is not the question
            start = 2 if tokens[1] in ("there", "you", "again") else 1
            found = max(found, self._nearest(tokens[start:], words.anchored), key=lambda m: m.score)
        return found if found.score >= self.min_score else Match(None, found.score)

    def _nearest(self, tokens: Sequence[str], anchored: bool) -> Match:
        known, share = self._known(tokens)
        if not known:
            return Match(None, 0.0)
        vector = self._vector(known)
        scores: dict[int, float] = {}
        for term, weight in vector.items():
            for index, other in self._postings.get(term, ()):
                scores[index] = scores.get(index, 0.0) + weight * other
        words = frozenset(known)
        best, found = 0.0, None
        for index, score in scores.items():
            if score > best:
                question = self._questions[index]
                if (anchored or not question.anchored) and self._comparable(words, question.words):
                    best, found = score, question.entry
        return Match(found, min(1.0, best * share))

    def _known(self, tokens: Sequence[str]) -> tuple[list[str], float]:
        """The tokens as words of the book (empty where one is unheard of), and a factor below 1 for mended slips."""
        known: list[str] = []
        slips = 0
        for token in tokens:
            word = token if token in self._weights else self._meant(token)
            slips += word is not token
            if word is None or slips > MAX_SLIPS:
                return [], 0.0
            known.append(word)
        return known, 1 - (1 - _TYPO) * slips / max(1, len(tokens))

    def _comparable(self, one: frozenset[str], other: frozenset[str]) -> bool:
        """Whether two sets of words can be the same question: nothing decisive is on one side only."""
        apart = (one ^ other) - PREPOSITIONS
        if any(self._weights[word] >= _DECISIVE for word in apart):
            return False
        return apart.isdisjoint(_ASKING) or _asked(one) == _asked(other)

    def _vector(self, words: Sequence[str]) -> dict[str, float]:
        """Unit vector of the words and of the pairs of neighbors."""
        terms: dict[str, float] = {}
        before = None
        for word in words:
            weight = self._weights[word]
            terms[word] = terms.get(word, 0.0) + weight
            if before is not None:
                pair = f"{before} {word}"
                terms[pair] = terms.get(pair, 0.0) + _PAIR * (self._weights[before] + weight) / 2
            before = word
        norm = math.sqrt(sum(w * w for w in terms.values()))
        return {term: w / norm for term, w in terms.items()}

    def _meant(self, word: str) -> str | None:
        """The word of the book that this is a slip of (the most common, where several are near), or None."""
        if len(word) < 5:
            return None
        near = {meant for slip in _deletions(word) for meant in self._slips.get(slip, ()) if meant[0] == word[0]}
        return min(near, key=lambda meant: (self._weights[meant], meant), default=None)


def _asked(words: frozenset[str]) -> set[str]:
    return {_ASKING[word] for word in words if word in _ASKING}


def _deletions(word: str) -> set[str]:
    """The word, and the word without any one letter: two words that share one are about one edit apart (SymSpell)."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _slips(words: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        if len(word) >= 5:
            for slip in _deletions(word):
                found.setdefault(slip, []).append(word)
    return found
