from __future__ import annotations

import random
import re
from collections import Counter

import pytest
import yaml

from plugins.classifier.corpus import CORPUS_DIR
from plugins.classifier.generate import GRAMMAR_DIR, Grammar, generate, slip
from plugins.routing.types import INTENTS


def test_the_same_seed_gives_the_same_texts_and_another_seed_others() -> None:
    assert generate(seed=3, scale=0.05) == generate(seed=3, scale=0.05)
    assert generate(seed=3, scale=0.05) != generate(seed=4, scale=0.05)


def test_every_intent_is_generated_in_several_families() -> None:
    families = {(example.intent, example.family) for example in generate(scale=0.1)}
    assert {intent for intent in INTENTS if sum(i == intent for i, _ in families) < 2} == set()


def test_thousands_by_default() -> None:
    counts = Counter(example.intent for example in generate())
    assert sum(counts.values()) > 5000
    assert min(counts.values()) > 300


def test_no_slot_stays_open() -> None:
    known = set()
    for name in ("parts.yaml", "phrases.yaml"):
        known |= set(yaml.safe_load((GRAMMAR_DIR / name).read_text(encoding="utf-8")))
    slot = re.compile(r"\{(" + "|".join(sorted(known)) + r"|digit|small|two|number|they)\}")
    assert [example.text for example in generate(scale=0.3) if slot.search(example.text)] == []


def test_every_slot_of_the_grammar_exists() -> None:
    lists: dict[str, list[str]] = {}
    for name in ("parts.yaml", "phrases.yaml"):
        lists |= yaml.safe_load((GRAMMAR_DIR / name).read_text(encoding="utf-8"))
    frames = yaml.safe_load((GRAMMAR_DIR / "frames.yaml").read_text(encoding="utf-8"))
    asks = [ask for families in frames.values() for frame in families.values() for ask in frame["asks"]]
    used = {
        slot
        for text in [*asks, *(v for values in lists.values() for v in values)]
        for slot in re.findall(r"\{([a-z_0-9]+)\}", text)
    }
    assert used - set(lists) == {"digit", "small", "two", "number", "they"}


@pytest.mark.parametrize("kind", ["article", "mail", "log", "code", "table"])
def test_documents_vary_in_length(kind: str) -> None:
    lists: dict[str, list[str]] = {}
    for name in ("parts.yaml", "phrases.yaml"):
        lists |= yaml.safe_load((GRAMMAR_DIR / name).read_text(encoding="utf-8"))
    grammar = Grammar(lists, random.Random(1))
    assert len({len(grammar.document(kind)) for _ in range(20)}) > 3


def test_slips_keep_most_of_the_text() -> None:
    rng = random.Random(2)
    text = "Please summarize the following report."
    assert all(abs(len(slip(text, rng)) - len(text)) <= 4 for _ in range(100))
    assert any(slip(text, rng) != text for _ in range(100))


def test_grammar_and_corpus_are_separate_rooms() -> None:
    assert {path.name.split(".")[0] for path in CORPUS_DIR.glob("*.yaml")} == set(INTENTS)
