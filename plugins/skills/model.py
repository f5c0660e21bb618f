"""A trained skill on disk and in memory: a label for a text, or the values of named fields in it.

Knows: the two kinds of artefact and their cards. Does not know: training, scikit-learn, requests. numpy alone, arrays
alone: nothing is unpickled, and a file whose sha256 is not the card's is refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from plugins.classifier import hashing
from plugins.classifier.artefact import ArtefactError, read_card, read_verified
from plugins.classifier.features import truncate
from plugins.classifier.inference import LinearModel, from_bytes
from plugins.skills.fields import FieldModel, fields_from_bytes

WEIGHTS = "skill.npz"
WORDS = 1
"""The salt of single words in ``plugins.classifier.features``."""
MAX_CHARS = 8000
"""Of a longer text head and tail are read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``label``: for a skill of labels, else "". ``fields``: for a skill of fields, else empty; None for what the text
    does not say. ``scores``: calibrated probability of each label, best first, or of the record as a whole."""

    label: str
    fields: Mapping[str, str | None]
    confidence: float
    scores: Mapping[str, float]

    @property
    def content(self) -> str:
        """The label, or the fields as JSON."""
        return self.label or json.dumps(self.fields, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Skill:
    """``threshold``: confidence below which it abstains."""

    name: str
    card: Mapping[str, Any]
    model: LinearModel | FieldModel

    @property
    def kind(self) -> Literal["labels", "fields"]:
        return "labels" if isinstance(self.model, LinearModel) else "fields"

    @property
    def threshold(self) -> float:
        return float(self.card["threshold"])

    @property
    def version(self) -> str:
        return str(self.card["version"])

    @property
    def outputs(self) -> tuple[str, ...]:
        """The labels, or the names of the fields."""
        return tuple(str(name) for name in self.card["outputs"])

    def answer(self, text: str) -> Answer:
        """The best answer, however unsure."""
        read, _ = truncate(text, MAX_CHARS)
        if isinstance(self.model, FieldModel):
            values, raw = self.model.read(read)
            confidence = _platt(raw, self.card["calibration"])
            return Answer("", values, confidence, {"": confidence})
        found = zip(self.model.classes_, self.model.probabilities(read), strict=True)
        scores = {name: float(score) for name, score in sorted(found, key=lambda pair: -float(pair[1]))}
        label = next(iter(scores))
        usual = float(self.card["familiar"])
        known = familiarity(self.model.columns, read)
        confidence = scores[label] * (known / usual if known < usual else 1.0)
        return Answer(label, {}, confidence, scores)

    def instruction(self) -> str:
        """What a language model is told where the skill abstains."""
        if self.kind == "labels":
            return (
                f'Task "{self.name}". Read the user\'s text and reply with exactly one of these labels, nothing else: '
                f"{', '.join(self.outputs)}."
            )
        return (
            f'Task "{self.name}". Read the user\'s text and reply with one JSON object, nothing else. Its keys: '
            f"{', '.join(self.outputs)}. A value is copied from the text, or null where the text does not say it."
        )


def familiarity(columns: NDArray[np.uint16], text: str) -> float:
    """Share of a text's words that training saw. A classifier knows nothing but its labels, and is sure of one of them
    also where a text is about something else: of such a text the confidence is lowered in proportion."""
    asked = hashing.unigrams(hashing.words(hashing.codes(text)), WORDS)
    return float((columns[asked] > 0).mean()) if asked.size else 0.0


def _platt(raw: float, calibration: Mapping[str, float]) -> float:
    """Platt scaling (1999) of a raw confidence in 0..1."""
    raw = min(max(raw, 1e-6), 1 - 1e-6)
    return 1 / (1 + math.exp(-(calibration["slope"] * math.log(raw / (1 - raw)) + calibration["offset"])))


def load_skill(directory: Path) -> Skill:
    """The skill in ``directory``. Raises ArtefactError."""
    card = read_card(directory)
    data = read_verified(directory, WEIGHTS, card)
    try:
        model = from_bytes(data) if card["kind"] == "labels" else fields_from_bytes(data)
        return Skill(str(card["name"]), card, model)
    except (KeyError, ValueError) as error:
        raise ArtefactError(f"{directory}: not a skill of this release ({error}); train it again") from error
