"""Generated training texts whose pasted part says nothing about the label: the same passages, and the same lists of
things, under every kind of ask.

Knows: the files ``grammar/passages.yaml``, ``groups.yaml`` (kinds of things) and ``wordings.yaml`` (asks). Does not
know: features, training. The same seed gives the same texts on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from plugins.classifier.corpus import Example
from plugins.classifier.generate import GRAMMAR_DIR, slip

COUNTS: dict[str, int] = {
    "document_qa": 9, "summarization": 7, "extraction": 7, "classification": 4, "rewriting": 4, "translation": 3,
    "writing": 3, "question": 3,
}  # fmt: skip
"""Intent -> texts made from each passage."""

SORTED = 420
"""Texts made from ``groups.yaml``."""

_LANGUAGES = (
    "German",
    "French",
    "Spanish",
    "Italian",
    "Polish",
    "Dutch",
    "Japanese",
    "Arabic",
    "Portuguese",
    "Swedish",
)


def passages(seed: int = 1, scale: float = 1.0, directory: Path = GRAMMAR_DIR) -> tuple[Example, ...]:
    """Examples with a passage or a list of things; ``scale`` multiplies their number. A family is a third of the
    wordings of one intent, so that validation leaves whole wordings out."""
    data: list[dict[str, Any]] = _read(directory, "passages.yaml")
    groups: dict[str, list[str]] = _read(directory, "groups.yaml")
    asks: dict[str, list[str]] = _read(directory, "wordings.yaml")
    found = dict.fromkeys(
        example
        for intent, count in COUNTS.items()
        for example in _asked(intent, asks[intent], round(count * scale), data, seed)
    )
    return (*found, *_sorted(seed, round(SORTED * scale), groups, asks["sorting"]))


def _read(directory: Path, name: str) -> Any:
    return yaml.safe_load((directory / name).read_text(encoding="utf-8"))


def _asked(
    intent: str, asks: Sequence[str], count: int, data: Sequence[Mapping[str, Any]], seed: int
) -> Iterator[Example]:
    rng = random.Random(f"{seed}:passages:{intent}")  # noqa: S311 - reproducible, no secret
    for passage in data:
        for _ in range(count):
            place = rng.randrange(len(asks))
            text = _filled(asks[place], _values(passage, rng))
            yield Example(slip(text, rng), intent, f"made:{intent}:passages_{place % 3}")


def _values(passage: Mapping[str, Any], rng: random.Random) -> dict[str, str]:
    sentences = str(passage["text"]).split(". ")
    kept = sentences if rng.random() < 0.7 else sentences[: rng.randint(1, len(sentences))]
    question = str(rng.choice(passage["ask"]))
    return {
        "t": str(passage["topic"]),
        "q": question,
        "l": question[:1].lower() + question[1:],
        "k": str(rng.choice(passage["take"])),
        "lang": rng.choice(_LANGUAGES),
        "p": ". ".join(kept),
    }


def _filled(ask: str, values: Mapping[str, str]) -> str:
    for slot, value in values.items():
        ask = ask.replace(f"{{{slot}}}", value)
    return ask


def _sorted(seed: int, count: int, groups: Mapping[str, Sequence[str]], asks: Sequence[str]) -> Iterator[Example]:
    rng = random.Random(f"{seed}:groups")  # noqa: S311 - reproducible, no secret
    for _ in range(count):
        kinds = rng.sample(list(groups), 3)
        some, others, more = (rng.sample(list(groups[kind]), rng.randint(1, 4)) for kind in kinds)
        mixed, all_three = [*some, *others], [*some, *others, *more]
        rng.shuffle(mixed)
        rng.shuffle(all_three)
        values = {
            **dict(zip("abc", kinds, strict=True)),
            "x": some[0],
            "y": others[0],
            "ab": ", ".join(mixed),
            "abc": ", ".join(all_three),
            "lines": "\n".join(f"- {one}" for one in mixed),
            "odd": ", ".join([*groups[kinds[0]][:3], others[0]]),
        }
        place = rng.randrange(len(asks))
        text = _filled(asks[place], values)
        yield Example(slip(text, rng), "classification", f"made:classification:groups_{place % 3}")
