"""Generated word problems whose question takes up the words of the story, as a question about a document does: only
what is asked for tells the two apart.

Knows: ``grammar/problems.yaml``. Does not know: features, training. The same seed gives the same texts everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from plugins.classifier.corpus import Example
from plugins.classifier.generate import GRAMMAR_DIR, slip

COUNT = 330
"""Texts at scale 1."""

_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty")


def problems(seed: int = 1, scale: float = 1.0, directory: Path = GRAMMAR_DIR) -> tuple[Example, ...]:
    """Examples of ``math``. A family is every fourth template."""
    data: dict[str, Any] = yaml.safe_load((directory / "problems.yaml").read_text(encoding="utf-8"))
    rng = random.Random(f"{seed}:problems")  # noqa: S311 - reproducible, no secret
    found = []
    for _ in range(round(COUNT * scale)):
        place = rng.randrange(len(data["templates"]))
        text = _filled(str(data["templates"][place]), _values(data, rng))
        found.append(Example(slip(text, rng), "math", f"made:math:problems_{place % 4}"))
    return tuple(dict.fromkeys(found))


def _values(data: Mapping[str, Sequence[str]], rng: random.Random) -> dict[str, str]:
    at = rng.randrange(len(data["v"]))
    chosen = {name: str(rng.choice(data[name])) for name in ("p", "q", "i", "j", "place", "unit", "time", "later")}
    numbers = {name: _number(rng) for name in "abcd"}
    return {**chosen, **numbers, "v": str(data["v"][at]), "w": str(data["w"][at])}


def _number(rng: random.Random) -> str:
    if rng.random() < 0.35:
        return rng.choice(_WORDS)
    return str(rng.randint(2, 9) if rng.random() < 0.4 else rng.randint(10, 480))


def _filled(template: str, values: Mapping[str, str]) -> str:
    for slot, value in values.items():
        template = template.replace(f"{{{slot}}}", value)
    return template[:1].upper() + template[1:]
