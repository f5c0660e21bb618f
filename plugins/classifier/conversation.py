"""The intent of a conversation: the last user turn, read in the light of those before it.

Knows: the rules for follow-ups and for tasks given by a system prompt. Does not know: HTTP, deployments, files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from plugins.classifier.artefact import TrainedModel
from plugins.classifier.ask import Ask, FollowUp, follow_up, is_elliptic, read_ask
from plugins.classifier.features import truncate
from plugins.classifier.inference import Floats
from plugins.routing.types import UNSURE, Tier

_PROCESSING = frozenset({"classification", "extraction", "summarization", "rewriting", "translation"})
"""Intents that a system prompt may give for every text that follows."""

_WHY_STAYS = frozenset({"coding", "math", "reasoning", "document_qa", "smalltalk", "classification", "extraction"})
_REVISE_STAYS = frozenset(
    {"coding", "math", "reasoning", "translation", "summarization", "question", "document_qa", "extraction"}
)
_CARRIED = 0.97
"""Weight of the earlier intent where a turn is nothing but a follow-up."""

_FLOOR = 0.02
"""What the turns before can never say less of an intent than: they lean, they do not forbid."""

MAX_CHARS = 2000

ENOUGH = 0.6
"""Probability with which a tier must suffice for a turn whose intent is not sure."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """``intent``: the label or ``unsure``; ``best``: the top label regardless. Scores are calibrated probabilities.
    ``truncated_chars``: characters of the judged turn that were not read. ``scores``: every label with its
    probability."""

    intent: str
    best: str
    confidence: float
    second: str
    second_score: float
    truncated_chars: int = 0
    scores: tuple[tuple[str, float], ...] = ()

    def enough(self, table: Mapping[str, Tier]) -> Tier:
        """The smallest tier that suffices with a probability of ENOUGH: who wavers between two intents of one tier is
        not in doubt about the tier."""
        for tier in Tier:
            if sum(score for label, score in self.scores if table[label] <= tier) >= ENOUGH:
                return tier
        return max(Tier)

    def tier(self, table: Mapping[str, Tier]) -> Tier:
        """What the intent needs; for ``unsure`` no more than ``enough``."""
        return table[self.intent] if self.intent != UNSURE else min(table[UNSURE], self.enough(table))


def predict_messages(
    model: TrainedModel,
    messages: Sequence[Mapping[str, Any]],
    *,
    max_chars: int = MAX_CHARS,
    unsure_below: float | None = None,
) -> Prediction:
    """Intent of chat messages; ``unsure_below`` None takes the model's own threshold."""
    threshold = model.threshold if unsure_below is None else unsure_below
    ask = read_ask(messages)
    scores = _judge(model, ask, max_chars, threshold)
    _, truncated = truncate(ask.current.text, max_chars)
    return _prediction(model.linear.classes_, scores, threshold, truncated)


def predict_text(
    model: TrainedModel, text: str, *, max_chars: int = MAX_CHARS, unsure_below: float | None = None
) -> Prediction:
    """Intent of a single user turn."""
    messages = [{"role": "user", "content": text}]
    return predict_messages(model, messages, max_chars=max_chars, unsure_below=unsure_below)


def _prediction(classes: Sequence[str], scores: Floats, threshold: float, truncated: int) -> Prediction:
    values: list[float] = scores.tolist()
    ranked = sorted(range(len(classes)), key=lambda i: 1.0 if classes[i] == UNSURE else -values[i])
    first, second = ranked[0], ranked[1]
    best, confidence = classes[first], values[first]
    return Prediction(
        intent=best if confidence >= threshold else UNSURE,
        best=best,
        confidence=confidence,
        second=classes[second],
        second_score=values[second],
        truncated_chars=truncated,
        scores=tuple(zip(classes, values, strict=True)),
    )


def _judge(model: TrainedModel, ask: Ask, max_chars: int, threshold: float) -> Floats:
    classes = model.linear.classes_
    if not ask.turns:
        return np.full(len(classes), 1 / len(classes), dtype=np.float32)
    scores = _turn(model, ask, -1, max_chars)
    if ask.current.fixed:
        return scores
    earlier = ask.turns[:-1]
    kind = follow_up(ask.current.text) if earlier else None
    if kind:
        return _carried(model, ask, kind, max_chars, scores)
    if earlier and (is_elliptic(ask.current.text) or _unclear(ask.current.text, scores, threshold)):
        before = _settled(model, ask, max_chars)
        return _leaning(scores, before)
    if ask.system and not earlier:
        return _with_system(model, ask.system, scores, threshold, max_chars)
    return scores


def _leaning(scores: Floats, before: Floats) -> Floats:
    """Product of both opinions: a turn that is unclear or elliptic by itself leans on the turns before; where the two
    disagree the result stays unsure."""
    product = scores * (before + _FLOOR)
    result: Floats = product / product.sum()
    return result


def _unclear(text: str, scores: Floats, threshold: float) -> bool:
    return float(scores.max()) < threshold and len(text) <= 400


def _turn(model: TrainedModel, ask: Ask, position: int, max_chars: int) -> Floats:
    turn = ask.turns[position]
    classes = model.linear.classes_
    if turn.fixed in classes:
        return _certain(classes, turn.fixed)
    if not any(map(str.isalnum, turn.text)):  # marks alone ask for nothing that words could tell
        return _certain(classes, UNSURE)
    return model.linear.probabilities(truncate(turn.text, max_chars)[0])


def _certain(classes: Sequence[str], label: str | None, weight: float = 0.97) -> Floats:
    rest = (1 - weight) / (len(classes) - 1)
    return np.array([weight if name == label else rest for name in classes], dtype=np.float32)


def _settled(model: TrainedModel, ask: Ask, max_chars: int) -> Floats:
    """Scores of the last earlier turn that stands for itself; follow-ups in between are skipped."""
    for position in range(len(ask.turns) - 2, -1, -1):
        if position == 0 or not follow_up(ask.turns[position].text):
            return _turn(model, ask, position, max_chars)
    return _turn(model, ask, 0, max_chars)


def _carried(model: TrainedModel, ask: Ask, kind: FollowUp, max_chars: int, scores: Floats) -> Floats:
    classes = model.linear.classes_
    before = _settled(model, ask, max_chars)
    label = classes[int(before.argmax())]
    if kind == "translate":
        return _certain(classes, "translation")
    if kind == "revise" and label not in _REVISE_STAYS:
        return _certain(classes, "rewriting")
    if kind == "why" and label not in _WHY_STAYS:
        return _certain(classes, "question", 0.9)
    mixed: Floats = _CARRIED * before + (1 - _CARRIED) * scores
    return mixed


def _with_system(model: TrainedModel, system: str, scores: Floats, threshold: float, max_chars: int) -> Floats:
    """A short system prompt such as "Translate what the user writes" makes the user's text its material."""
    task = model.linear.probabilities(truncate(system, max_chars)[0])
    classes = model.linear.classes_
    label = classes[int(task.argmax())]
    if label not in _PROCESSING or float(task.max()) < min(threshold, 0.5):
        return scores
    if classes[int(scores.argmax())] in _PROCESSING and float(scores.max()) >= threshold:
        return scores
    mixed: Floats = _CARRIED * task + (1 - _CARRIED) * scores
    return mixed
