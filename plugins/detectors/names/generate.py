"""Training sentences: our own frames (``frames.yaml``, ``harmless.yaml``) filled with made-up people and places
(Faker).

Knows: how a frame becomes a labelled sentence. Does not know: features, weights. Needs Faker, so it is never imported
by what serves.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from plugins.detectors.names.pools import Pools
from plugins.detectors.span import Span

HERE = Path(__file__).parent
_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A made-up text and what is in it."""

    text: str
    spans: tuple[Span, ...] = ()


class Generator:
    """Sentences without end, the same for the same ``seed``."""

    def __init__(self, seed: int, pools: Pools) -> None:
        self._random = random.Random(seed)  # noqa: S311 - training data
        self._pools = pools
        frames = yaml.safe_load((HERE / "frames.yaml").read_text(encoding="utf-8"))
        self._frames = [(group, frame) for group, items in frames.items() for frame in items]
        self._weights = [{"people": 1.0, "addresses": 1.4, "places": 1.6}.get(group, 1.5) for group, _ in self._frames]
        self._harmless = yaml.safe_load((HERE / "harmless.yaml").read_text(encoding="utf-8"))["sentences"]

    def sentences(self, count: int, plain: list[str]) -> Iterator[Sentence]:
        """``plain``: further sentences known to hold nothing."""
        for _ in range(count):
            draw = self._random.random()
            if draw < 0.25:
                made = Sentence(self._capitals(self._numbers(self._choose(self._random.choice(self._harmless)))))
            elif draw < 0.38 and plain:
                made = Sentence(self._capitals(self._random.choice(plain)))
            else:
                made = self._framed()
            if self._random.random() < 0.25:
                made = self._joined(made, plain)
            yield self._cased(made)

    def _joined(self, one: Sentence, plain: list[str]) -> Sentence:
        if self._random.random() < 0.5:
            other = self._framed()
        elif plain and self._random.random() < 0.5:
            other = Sentence(self._random.choice(plain))
        else:
            other = Sentence(self._numbers(self._choose(self._random.choice(self._harmless))))
        gap = self._random.choice((" ", " ", "\n", "\n\n"))
        at = len(one.text) + len(gap)
        moved = tuple(Span(s.start + at, s.end + at, s.type) for s in other.spans)
        return Sentence(one.text + gap + other.text, one.spans + moved)

    def _cased(self, made: Sentence) -> Sentence:
        draw = self._random.random()
        text = made.text.lower() if draw < 0.12 else made.text.upper() if draw < 0.15 else made.text
        return Sentence(text, made.spans) if len(text) == len(made.text) else made

    def _capitals(self, text: str) -> str:
        """Sometimes an ordinary word or two get a capital, or a number is put in: neither makes a name or an
        address."""
        if self._random.random() < 0.3:
            words = text.split(" ")
            for _ in range(self._random.randint(1, 3)):
                i = self._random.randrange(len(words))
                words[i] = (
                    words[i].capitalize()
                    if self._random.random() < 0.6
                    else self._random.choice(self._pools.words).title()
                )
            text = " ".join(words)
        elif self._random.random() < 0.15:
            words = text.split(" ")
            number = self._random.choice(
                ("{n}", "{n}", "{n}.", "{n}...", "{n},", "({n})", "{n}%", "${n}", "{n}:{m}", "{n}-{m}", "{n}.{m}")
            )
            n, m = self._random.randint(0, 12), self._random.randint(0, 4000)
            words.insert(self._random.randint(0, len(words)), number.replace("{n}", str(n)).replace("{m}", str(m)))
            text = " ".join(words)
        return text.title() if self._random.random() < 0.03 else text

    def _choose(self, frame: str) -> str:
        while match := _CHOICE.search(frame):
            frame = frame[: match.start()] + self._random.choice(match[1].split("|")) + frame[match.end() :]
        return frame

    def _numbers(self, text: str) -> str:
        return re.sub(
            r"\{num\}", lambda _m: str(self._random.choice((2, 3, 5, 7, 12, 20, 28, 45, 60, 120, 240, 1500))), text
        )

    def _framed(self) -> Sentence:
        frame = self._choose(self._random.choices(self._frames, self._weights)[0][1])
        place = self._pools.place(self._random)
        out, spans, at, size = [], [], 0, 0
        for match in _SLOT.finditer(frame):
            before = frame[at : match.start()]
            out.append(before)
            size += len(before)
            for text, label in self._pools.fill(match[1], place, self._random):
                if label:
                    spans.append(Span(size, size + len(text), label))
                out.append(text)
                size += len(text)
            at = match.end()
        out.append(frame[at:])
        return Sentence("".join(out), tuple(spans))
