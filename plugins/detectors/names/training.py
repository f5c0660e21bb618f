"""Trains the token model: ``nice python -m plugins.detectors.names.training``. Minutes, on one core.

Knows: scikit-learn, and how both stages are fitted. Does not know: what serves (it imports none of this). All data is
made up by ``generate``; further harmless sentences come from the intent classifier's corpus in this repository.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, SGDClassifier

from plugins.detectors.names.artefact import ARTEFACT_DIR, write_artefact
from plugins.detectors.names.features import BUCKETS, OFFSETS, Gazetteer, describe, pair_buckets, word_buckets
from plugins.detectors.names.generate import Generator, Sentence
from plugins.detectors.names.model import TokenModel, softmax, stacked, to_bytes
from plugins.detectors.names.pools import Pools
from plugins.detectors.names.tokens import LABELS, tokens

CORPUS = Path(__file__).parents[2] / "classifier" / "corpus"
SEED = 20_260_301
_NUMBER = {label: i for i, label in enumerate(LABELS)}
# A capital inside a sentence may be a name: such sentences are not known to be harmless.
_CAPITAL = re.compile(r"(?<![.!?:\n\"]) [\"(]?(?!I\b|I'|[A-Z]{2,}\b)[A-Z]|['’][A-Z]")


def plain_sentences(folder: Path = CORPUS) -> list[str]:
    """Sentences of the intent corpus without anything that looks like a name or a number."""
    found: set[str] = set()
    stack: list[object] = [yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.yaml"))]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            lines = (line.strip() for line in item.splitlines())
            found.update(x for x in lines if " " in x and not _CAPITAL.search(x) and not re.search(r"\d", x))
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return sorted(found)


def labels_of(sentence: Sentence) -> tuple[list[str], list[int]]:
    """Words and label numbers of one sentence."""
    words, places = tokens(sentence.text)
    labels = [0] * len(words)
    for i, (start, end) in enumerate(places):
        for span in sentence.spans:
            if span.start <= start and end <= span.end:
                labels[i] = _NUMBER[span.type] if words[i] != "\n" else 0
    return words, labels


def matrix(sentences: Iterable[Sequence[str]], gazetteer: Gazetteer) -> csr_matrix:
    """Features of all tokens of all sentences, (tokens, BUCKETS)."""
    known: dict[str, tuple[list[list[int]], int, int]] = {}
    indices: list[int] = []
    ends = [0]
    for words in sentences:
        for word in words:
            if word not in known:
                made = describe(word, gazetteer)
                known[word] = (word_buckets(made), made.exact, made.category)
        rows = [known[w] for w in words]
        exact = np.array([r[1] for r in rows], np.uint64)
        category = np.array([r[2] for r in rows], np.uint64)
        pairs = pair_buckets(exact, category).tolist() if words else []
        for i in range(len(words)):
            for index, offset in enumerate(OFFSETS):
                if 0 <= i + offset < len(words):
                    indices.extend(rows[i + offset][0][index])
            indices.extend(pairs[i])
            ends.append(len(indices))
    data = np.ones(len(indices), np.float32)
    return csr_matrix((data, np.array(indices, np.int32), np.array(ends)), shape=(len(ends) - 1, BUCKETS))


def train(count: int, seed: int = SEED) -> tuple[TokenModel, dict[str, object]]:
    """The model and its card's facts."""
    pools, plain = Pools.make(seed), plain_sentences()
    pools.words = sorted({*pools.words, *(w for text in plain for w in re.findall(r"(?<!\w)[a-z]{4,20}(?!\w)", text))})
    held_out = pools.gazetteer(0.5, random.Random(seed))  # noqa: S311 - training data
    made = [labels_of(s) for s in Generator(seed, pools).sentences(count, plain)]
    cut = int(count * 0.8)
    first, rest = made[:cut], made[cut:]
    x, y = matrix((w for w, _ in first), held_out), _flat(first)
    stage = SGDClassifier(
        loss="log_loss", alpha=1.5e-6, max_iter=5, tol=None, average=True, random_state=seed, n_jobs=1
    )
    stage.fit(x, y)
    weights = np.ascontiguousarray(stage.coef_.T, np.float32)
    weights[np.abs(weights).max(axis=1) < 0.02] = 0
    model = TokenModel(
        weights, stage.intercept_.astype(np.float32), np.zeros((1, 1), np.float32), np.zeros(1, np.float32), held_out
    )
    inputs, answers = np.concatenate([_inputs(model, w) for w, _ in rest if w]), _flat(rest)
    half = answers.size // 2
    second = LogisticRegression(C=0.3, max_iter=5000, tol=0.01).fit(inputs[:half], answers[:half])
    right = second.predict(inputs[half:]) == answers[half:]
    model.second = np.zeros((inputs.shape[1], len(LABELS)), np.float32)
    model.bias = np.full(len(LABELS), -20, np.float32)  # a label that the data never had stays impossible
    model.second[:, second.classes_], model.bias[second.classes_] = second.coef_.T, second.intercept_
    model.gazetteer = pools.gazetteer(1, random.Random(seed))  # noqa: S311 - training data
    facts = {
        "sentences": count,
        "seed": seed,
        "labels": list(LABELS),
        "accuracy_made_up": round(float(right.mean()), 4),
    }
    return model, facts


def _inputs(model: TokenModel, words: Sequence[str]) -> NDArray[np.float32]:
    first = model.first(words)
    return stacked(first, softmax(first), np.arange(len(words)))


def _flat(made: Sequence[tuple[list[str], list[int]]]) -> NDArray[np.int64]:
    return np.array([label for _, labels in made for label in labels], np.int64)


def main(count: int = 60_000) -> None:
    """Trains and writes the artefact."""
    began = time.monotonic()
    model, facts = train(count)
    card = write_artefact(
        ARTEFACT_DIR,
        to_bytes(model),
        {
            **facts,
            "what": "labels tokens of free text as parts of names, addresses, places, organizations, ages, dates",
            "data": "sentences made from frames.yaml and harmless.yaml with values of Faker; no real people",
            "method": "hashed linear token model (SGD, log loss); second linear stage over neighbors' scores",
            "limits": "Latin script first; names in lower case without context are often missed",
        },
    )
    print(
        f"{card['version']}: {card['bytes']} bytes, {card['accuracy_made_up']} right, {time.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:2]))
