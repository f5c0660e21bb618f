"""May a candidate replace the model in service? Both are measured on the frozen rows, which no training sees.

Knows: ``frozen.jsonl`` and the three figures that decide. Does not know: how a model is trained or put into service.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plugins.classifier.artefact import TrainedModel
from plugins.classifier.conversation import predict_text
from plugins.classifier.stability import stability
from plugins.routing.config.spec import DEFAULT_INTENTS
from plugins.routing.types import UNSURE, Tier

FROZEN = Path(__file__).parent / "frozen.jsonl"


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares, 0 to 1. ``accuracy``: right top labels. ``sure``: right and not ``unsure`` (a model that always abstains
    is stable and useless). ``stability``: unchanged tiers. ``nonsense``: of rows that ask for nothing: ``unsure``."""

    version: str
    accuracy: float
    sure: float
    stability: float
    nonsense: float


def frozen_rows(path: Path = FROZEN) -> list[dict[str, str]]:
    """Rows of ``text`` and ``intent``; ``unsure`` marks what asks for nothing."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def measured(model: TrainedModel, rows: list[dict[str, str]] | None = None) -> Measured:
    """Figures of ``model`` on ``rows``, by default the frozen ones."""
    rows = frozen_rows() if rows is None else rows
    asked = [row for row in rows if row["intent"] != UNSURE]
    empty = [row for row in rows if row["intent"] == UNSURE]
    hits = sum(predict_text(model, row["text"]).best == row["intent"] for row in asked)
    sure = sum(predict_text(model, row["text"]).intent == row["intent"] for row in asked)
    silent = sum(predict_text(model, row["text"]).intent == UNSURE for row in empty)
    kept = stability(judge(model), [row["text"] for row in asked])
    return Measured(
        model.version,
        hits / max(1, len(asked)),
        sure / max(1, len(asked)),
        float(kept["tiers"]),
        silent / max(1, len(empty)),
    )


def judge(model: TrainedModel) -> Callable[[str], tuple[str, Tier]]:
    """Label and tier (of the shipped table) of a text, as ``stability`` asks for them."""

    def one(text: str) -> tuple[str, Tier]:
        found = predict_text(model, text)
        return found.intent, found.tier(DEFAULT_INTENTS)

    return one


def is_better(candidate: Measured, present: Measured) -> bool:
    """Better in one of accuracy, sure and stability and worse in none."""
    new, old = (
        (candidate.accuracy, candidate.sure, candidate.stability),
        (present.accuracy, present.sure, present.stability),
    )
    return new != old and all(n >= o for n, o in zip(new, old, strict=True))
