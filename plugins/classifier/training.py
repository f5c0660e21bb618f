"""From examples to an artefact: validation by left-out families, calibration, threshold, export.

Knows: scikit-learn, skops, the corpus. Does not know: messages, the gateway. Imported by the command line and
tests only."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline

from plugins.classifier import metrics
from plugins.classifier.artefact import PIPELINE, WEIGHTS, ArtefactError, read_card, read_verified, write_artefact
from plugins.classifier.corpus import Example
from plugins.classifier.inference import to_bytes
from plugins.classifier.pipeline import build_pipeline, rescale, to_linear
from plugins.classifier.stability import TRAIN, variants
from plugins.routing.config.spec import DEFAULT_INTENTS
from plugins.routing.types import INTENTS, UNSURE, Tier

TRUSTED_TYPES: tuple[str, ...] = ("plugins.classifier.pipeline.TextFeatures",)
"""What skops may instantiate beside its own known-safe types."""

STATED_PRECISION = 0.955
"""Precision that the threshold reaches on families that were left out; half a percent above what is promised (0.95)."""

FOLDS = 5

LARGE = {intent: DEFAULT_INTENTS[intent] >= Tier.LARGE for intent in INTENTS}
"""Whether the shipped table sends an intent to a large or a frontier model."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Predictions for examples whose whole family was left out of training. ``logits``: (examples, classes)."""

    truth: tuple[str, ...]
    classes: tuple[str, ...]
    logits: Floats
    fold: tuple[int, ...] = ()

    def half(self, odd: bool) -> HeldOut:
        """The rows of every second fold."""
        keep = [i for i, number in enumerate(self.fold) if (number % 2 == 1) is odd]
        return HeldOut(tuple(self.truth[i] for i in keep), self.classes, self.logits[keep])

    def probabilities(self, temperature: float) -> Floats:
        scaled = self.logits / temperature
        powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        result: Floats = powers / powers.sum(axis=1, keepdims=True)
        if UNSURE in self.classes:
            result[:, self.classes.index(UNSURE)] = 0.0  # never the answer, only a way to be less sure of the others
        return result


def hold_out(examples: Sequence[Example], folds: int = FOLDS) -> HeldOut:
    """Logits for every hand-written example, by models that saw none of its family; generated ones only train."""
    texts = [e.text for e in examples]
    truth = [e.intent for e in examples]
    groups = _fold_groups(examples)
    written = np.array([e.family.startswith("hand:") for e in examples])
    rows: list[int] = []
    fold: list[int] = []
    logits: list[Floats] = []
    classes: tuple[str, ...] = ()
    for train, test in GroupKFold(folds).split(texts, truth, groups):
        test = test[written[test]]
        pipeline = build_pipeline().fit(*augmented([examples[i] for i in train]))
        classes = tuple(str(name) for name in pipeline.classes_)
        logits.append(pipeline.decision_function([texts[i] for i in test]))
        rows += test.tolist()
        fold += [len(logits)] * len(test)
    return HeldOut(tuple(truth[i] for i in rows), classes, np.concatenate(logits), tuple(fold))


def _fold_groups(examples: Sequence[Example]) -> list[str]:
    """Whole groups of hand-written sentences, whole frames of generated ones."""
    return [e.family.rpartition(":")[0] if e.family.startswith("hand:") else e.family for e in examples]


def augmented(examples: Sequence[Example]) -> tuple[list[str], list[str]]:
    """Texts and intents, each hand-written one three times: as it is and changed by ``TRAIN`` in two ways."""
    texts, intents = [e.text for e in examples], [e.intent for e in examples]
    for place, example in enumerate(examples):
        changed = variants(example.text, TRAIN) if example.family.startswith("hand:") else ()
        for one in {place % len(changed), (place + 1) % len(changed)} if changed else ():
            texts.append(changed[one][1])
            intents.append(example.intent)
    return texts, intents


def fit_temperature(held_out: HeldOut) -> float:
    """The temperature with the lowest negative log likelihood on held-out rows, by grid."""
    place = np.array([held_out.classes.index(label) for label in held_out.truth])
    rows = np.arange(place.size)
    grid = np.geomspace(0.2, 5.0, 161)
    losses = [-np.log(held_out.probabilities(t)[rows, place] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def honest_figures(held_out: HeldOut) -> dict[str, Any]:
    """As ``figures``, with temperature and threshold chosen on one half of the folds and measured on the other; both
    ways round."""
    measured = {}
    for name, odd in (("odd_folds", True), ("even_folds", False)):
        chosen, asked = held_out.half(not odd), held_out.half(odd)
        temperature = fit_temperature(chosen)
        threshold = float(figures(chosen, temperature)["threshold"])
        measured[name] = {k: v for k, v in figures(asked, temperature, threshold=threshold).items() if k != "f1"}
    return measured


def figures(
    held_out: HeldOut, temperature: float, precision: float = STATED_PRECISION, threshold: float | None = None
) -> dict[str, Any]:
    """Held-out figures after calibration; ``threshold`` None takes the lowest one that reaches ``precision``."""
    probabilities = held_out.probabilities(temperature)
    best = [held_out.classes[i] for i in probabilities.argmax(axis=1)]
    confidence = probabilities.max(axis=1)
    correct = np.array([t == b for t, b in zip(held_out.truth, best, strict=True)])
    if threshold is None:
        threshold = metrics.threshold_for(confidence, correct, precision)
    coverage, reached = metrics.abstention(confidence, correct, threshold)
    return {
        "rows": len(best),
        "accuracy": round(metrics.accuracy(held_out.truth, best), 4),
        "macro_f1": round(metrics.macro_f1(held_out.truth, best), 4),
        "ece": round(metrics.expected_calibration_error(confidence, correct), 4),
        "balanced_small_large": round(metrics.balanced_large(held_out.truth, best, LARGE), 4),
        "threshold": round(threshold, 4),
        "coverage": round(coverage, 4),
        "precision": round(reached, 4),
        "f1": {k: round(v["f1"], 3) for k, v in metrics.per_label(held_out.truth, best).items()},
    }


def with_confusion(held_out: HeldOut, temperature: float, measured: Mapping[str, Any]) -> dict[str, Any]:
    """``measured`` and what the same rows were taken for: true intent -> called -> rows, without abstaining."""
    best = [held_out.classes[i] for i in held_out.probabilities(temperature).argmax(axis=1)]
    table = metrics.confusion(held_out.truth, best)
    ordered = {t: {b: table[t][b] for b in INTENTS if b in table[t]} for t in INTENTS if t in table}
    return {**measured, "confusion": ordered}


def measure_again(examples: Sequence[Example], directory: Path, folds: int | None = None) -> dict[str, Any]:
    """Repeats the validation that a card was made from, and writes the card with the confusions of it; the model stays
    as it is. ``folds``: where the card does not say. Raises ArtefactError where these are other examples, or where the
    figures come out otherwise."""
    card = read_card(directory)
    if data_hash(examples) != card["training_data"]["sha256"]:
        raise ArtefactError(f"{directory}: was trained on other examples; nothing was written")
    folds = int(card.get("folds") or folds or FOLDS)
    held_out = hold_out(examples, folds)
    measured = figures(held_out, fit_temperature(held_out))
    told = {name: card["held_out_families"].get(name) for name in measured}
    if told != measured:
        raise ArtefactError(f"{directory}: the figures of the card do not come out again; nothing was written")
    full = {**card, "folds": folds, "held_out_families": with_confusion(held_out, card["temperature"], measured)}
    files = {name: read_verified(directory, name, card) for name in card["sha256"]}
    return write_artefact(directory, files, full)


def data_hash(examples: Sequence[Example]) -> str:
    """sha256 over intents and texts, independent of their order."""
    lines = sorted(f"{e.intent}\t{e.text}" for e in examples)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()


def train(examples: Sequence[Example], directory: Path, *, folds: int = FOLDS, note: str = "") -> dict[str, Any]:
    """Validates, fits on everything, writes the artefact to ``directory`` and gives its card back."""
    held_out = hold_out(examples, folds)
    temperature = fit_temperature(held_out)
    measured = with_confusion(held_out, temperature, figures(held_out, temperature))
    pipeline = build_pipeline().fit(*augmented(examples))
    rescale(pipeline, temperature)
    card = {
        "name": "signalbox intent classifier",
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "threshold": measured["threshold"],
        "stated_precision": STATED_PRECISION,
        "temperature": round(temperature, 4),
        "training_data": {
            "sha256": data_hash(examples),
            "examples": len(examples),
            "hand_written": sum(e.family.startswith("hand:") for e in examples),
            "families": len({e.family for e in examples}),
            "per_intent": {i: sum(e.intent == i for e in examples) for i in INTENTS},
        },
        "folds": folds,
        "held_out_families": measured,
        "held_out_halves": honest_figures(held_out),
        "method": "word 1-2-grams, character 3-5-grams, structure, a lexicon of asks; logistic regression; "
        "temperature scaling",
        "labeling_rules": "plugins/classifier/corpus/README.md",
        "libraries": {name: version(name) for name in ("scikit-learn", "skops", "numpy", "scipy")},
        "note": note,
    }
    files = {WEIGHTS: to_bytes(to_linear(pipeline)), PIPELINE: skops.io.dumps(pipeline)}
    return write_artefact(directory, files, card)


def load_pipeline(directory: Path) -> Pipeline:
    """The scikit-learn pipeline of an artefact, digest checked, only TRUSTED_TYPES allowed. Raises ArtefactError."""
    data = read_verified(directory, PIPELINE, read_card(directory))
    pipeline: Pipeline = skops.io.loads(data, trusted=list(TRUSTED_TYPES))
    return pipeline
