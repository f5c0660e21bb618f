"""A text as numbers of the words that were seen before, so that what was learned of a word is never computed again.

Knows: pieces (what stands between spaces or line ends), the tokens in them, whether a piece is suspicious. Does not
know: detectors, weights. Bounded: when full, everything is forgotten and learned anew from the texts that come. Safe
for threads: what was learned only grows, and a reading keeps the generation that it was made with.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from plugins.detectors.names.tokens import tokens
from plugins.detectors.suspicion import suspicious

WORDS, PIECES, TOKENS, CHARACTERS = 24_576, 40_960, 131_072, 2_000_000
"""What one generation holds: different tokens, different pieces, tokens of all pieces, characters of all pieces."""

LONGEST = 20_000
"""Characters of one text: all of its words fit into one generation, whatever they are."""

Ints = NDArray[np.int64]


class Generation:
    """``words``: numbers of tokens, from 1; ``names`` the tokens by number (0 is none). Of each piece: ``suspicious``,
    ``length`` in characters, ``first`` and ``count`` of its tokens in ``token``, ``token_start`` and ``token_end``."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self.names: list[str] = [""]
        self.pieces: dict[str, int] = {}
        self.suspicious = np.zeros(PIECES, np.bool_)
        self.length = np.zeros(PIECES, np.int64)
        self.first = np.zeros(PIECES, np.int64)
        self.count = np.zeros(PIECES, np.int64)
        self.token = np.zeros(TOKENS, np.int64)
        self.token_start = np.zeros(TOKENS, np.int64)
        self.token_end = np.zeros(TOKENS, np.int64)
        self._tokens = 0
        self._characters = 0

    def learn(self, pieces: Iterable[str]) -> bool:
        """False: there is no room for them all. What was learned until then stays right."""
        for piece in pieces:
            found, places = (["\n"], [(0, 1)]) if piece == "\n" else tokens(piece)
            if not self._room(piece, found):
                return False
            number, at = len(self.pieces), self._tokens
            for word, (start, end) in zip(found, places, strict=True):
                self.token[self._tokens] = self._word(word)
                self.token_start[self._tokens], self.token_end[self._tokens] = start, end
                self._tokens += 1
            self.first[number], self.count[number] = at, len(found)
            self.length[number], self.suspicious[number] = len(piece), suspicious(piece)
            self._characters += len(piece)
            self.pieces[piece] = number  # last: whoever finds the number finds all of it
        return True

    def _room(self, piece: str, found: Sequence[str]) -> bool:
        return (
            len(self.pieces) < PIECES
            and len(self.names) + len(found) <= WORDS
            and self._tokens + len(found) <= TOKENS
            and self._characters + len(piece) <= CHARACTERS
        )

    def _word(self, word: str) -> int:
        number = self.words.get(word)
        if number is None:
            number = len(self.names)
            self.names.append(word)
            self.words[word] = number
        return number


class Reading:
    """One text. ``pieces``: their numbers, in order."""

    __slots__ = ("generation", "pieces", "text")

    def __init__(self, text: str, generation: Generation, pieces: Ints) -> None:
        self.text, self.generation, self.pieces = text, generation, pieces

    def starts(self) -> Ints:
        """Where each piece begins in the text."""
        steps = self.generation.length[self.pieces] + 1
        found = steps.cumsum() - steps
        if "\n" in self.text:  # a space was put on either side of each line end
            ends = self.pieces == self.generation.pieces["\n"]
            found -= 2 * ends.cumsum() - ends
        return found

    def tokens(self) -> tuple[Ints, Ints]:
        """Numbers of all tokens in order, and where they stand in the generation's ``token``."""
        generation = self.generation
        counts = generation.count[self.pieces]
        ends = counts.cumsum()
        total = int(ends[-1]) if ends.size else 0
        rows = np.repeat(generation.first[self.pieces] - ends + counts, counts) + np.arange(total)
        return generation.token[rows], rows

    def places(self, rows: Ints) -> tuple[Ints, Ints]:
        """Start and end in the text of every token; ``rows`` as ``tokens`` gave them."""
        starts = np.repeat(self.starts(), self.generation.count[self.pieces])
        return starts + self.generation.token_start[rows], starts + self.generation.token_end[rows]


def _numbers(generation: Generation, pieces: Sequence[str]) -> Ints:
    return np.fromiter(map(generation.pieces.__getitem__, pieces), np.int64, len(pieces))


class Lexicon:
    """Reads texts of at most ``LONGEST`` characters."""

    def __init__(self) -> None:
        self._now = Generation()
        self._lock = threading.Lock()

    def read(self, text: str) -> Reading:
        """Raises ValueError where the text is too long. Tabs count as spaces."""
        if len(text) > LONGEST:
            raise ValueError(f"a text of {len(text)} characters is not read at once: give pieces of {LONGEST}")
        spaced = text.replace("\t", " ") if "\t" in text else text
        if "\n" in spaced:
            spaced = spaced.replace("\n", " \n ")
        pieces = spaced.split(" ")
        generation = self._now
        try:
            numbers = _numbers(generation, pieces)
        except KeyError:
            generation = self._learned(pieces)
            numbers = _numbers(generation, pieces)
        return Reading(text, generation, numbers)

    def _learned(self, pieces: Sequence[str]) -> Generation:
        different = dict.fromkeys(pieces)
        with self._lock:
            generation = self._now
            if not generation.learn(p for p in different if p not in generation.pieces):
                generation = self._now = Generation()
                generation.learn(different)
        return generation
