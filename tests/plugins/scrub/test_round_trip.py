"""10,000 made-up texts, scrubbed, echoed by a fake cloud in pieces cut anywhere, restored: byte for byte the same."""

from __future__ import annotations

import json
import random

from plugins.detectors.finder import Finder
from plugins.routing.config.spec import Boundary
from plugins.scrub.pseudonyms import Pseudonyms
from plugins.scrub.replace import NotScrubbedError, Scrubber
from plugins.scrub.restore import Events
from tests.plugins.scrub import echo

TEXTS = 10_000
A_CONVERSATION = 40
FRAMES = [
    "Please ask {name} about {n}.",
    "{name} lives in {city}; mail {mail}!",
    "Dear {name},\n\nyour order {n} left {city}.\n",
    "call {phone} or [PERSON_{n}]",
    '{{"name": "{name}", "mail": "{mail}"}}',
    "{junk}",
    "{junk} {name}{junk}",
    "Я живу в {city}. {junk} {mail},{mail}",
    "born on {n}.03.1990 in {city}, host 10.1.{n}.3",
    "the report is late and nobody knows why",
]
NAMES = ["Anna Berg", "Zoë O'Neill", "Margaret Thornton", "José María Ruiz", "Li Wei", "Dr. Okonkwo", "Jürgen Groß"]
CITIES = ["Hamburg", "São Paulo", "Łódź", "Lyon"]
JUNK = [
    "[",
    "]",
    "[PERSON_",
    "[[CARD_1]",
    "\\",
    '"',
    "\u200b",
    "🙂",
    "\t",
    " \r\n",
    "ﬁ",
    "data: ",
    "\n\n",
    "日本",
    "’",
    "%41%42",
    "x",
]


def text(rng: random.Random) -> str:
    n = rng.randint(1, 99)
    return " ".join(
        rng.choice(FRAMES).format(
            name=rng.choice(NAMES),
            city=rng.choice(CITIES),
            mail=f"{rng.choice('abc')}.x{n}@acme{n}.org",
            phone=f"+49 30 90{n:02}{rng.randint(10, 99)}",
            junk="".join(rng.choice(JUNK) for _ in range(rng.randint(0, 6))),
            n=n,
        )
        for _ in range(rng.randint(1, 2))
    )


def test_ten_thousand_texts_come_back_byte_for_byte() -> None:
    rng, boundary = random.Random(20_260), Boundary(combination=1)  # type: ignore[arg-type]
    finder = Finder(boundary)
    kept_in = replaced = missed = 0
    for start in range(0, TEXTS, A_CONVERSATION):
        names = Pseudonyms()
        texts = [text(rng) for _ in range(min(A_CONVERSATION, TEXTS - start))]
        for sent in texts:
            before = len(names)
            try:
                done = Scrubber(finder, boundary, names).content({"messages": [{"role": "user", "content": sent}]})
            except NotScrubbedError:
                kept_in += 1
                continue
            left = done["messages"][0]["content"]
            replaced += len(names) > before or left != sent
            missed += any(name in left for name in NAMES)
            assert _through(echo.chat(left, rng), rng, names) == sent
    assert kept_in < TEXTS / 100
    assert replaced > TEXTS / 2
    assert missed < TEXTS / 20, "names among signs of every kind are found most of the time"


def _through(stream: bytes, rng: random.Random, names: Pseudonyms) -> str:
    events, out, at = Events(names), [], 0
    while at < len(stream):
        size = rng.choice((50, 333, 5_000))
        out.append(events.feed(stream[at : at + size]))
        at += size
    return echo.told(b"".join((*out, events.feed(b"", last=True))))


def test_json_is_what_the_echo_sends() -> None:
    assert json.loads(echo.event({"a": 1}).decode().removeprefix("data: ")) == {"a": 1}
