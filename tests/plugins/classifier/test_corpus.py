from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from plugins.classifier.corpus import (
    CORPUS_DIR,
    Example,
    load_corpus,
    near_duplicates,
    normalized,
    without_near_duplicates,
)
from plugins.classifier.generate import generate
from plugins.routing.types import INTENTS


def test_every_intent_has_at_least_a_hundred_sentences() -> None:
    counts = Counter(example.intent for example in load_corpus())
    assert set(counts) == set(INTENTS)
    assert {intent: n for intent, n in counts.items() if n < 100} == {}


def test_no_sentence_has_a_near_duplicate_with_another_intent() -> None:
    examples = load_corpus()
    clashes = [
        (examples[a].text, examples[b].text)
        for a, b in near_duplicates(examples, 0.8)
        if examples[a].intent != examples[b].intent
    ]
    assert clashes == []


def test_generated_texts_do_not_clash_across_intents() -> None:
    first: dict[str, str] = {}
    for example in [*load_corpus(), *generate(seed=1, scale=0.3)]:
        assert first.setdefault(normalized(example.text) or example.text, example.intent) == example.intent, (
            example.text
        )


def test_the_labeling_rules_stand_beside_the_sentences() -> None:
    rules = (CORPUS_DIR / "README.md").read_text(encoding="utf-8")
    assert [intent for intent in INTENTS if f"`{intent}`" not in rules] == []


def test_near_duplicates_are_found_and_left_out() -> None:
    examples = [
        Example("Translate this sentence to German, please.", "translation", "a"),
        Example("translate this sentence to german please", "translation", "a"),
        Example("Write a poem about the sea at night.", "writing", "b"),
    ]
    assert near_duplicates(examples) == ((0, 1),)
    assert [e.intent for e in without_near_duplicates(examples)] == ["translation", "writing"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("intent: poetry\nlines: {a: x}\n", "unknown intent 'poetry'"),
        ("intent: math\nrows: []\n", "unknown key 'rows'"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, body: str, message: str) -> None:
    (tmp_path / "x.yaml").write_text(body, encoding="utf-8")
    with pytest.raises(ValueError, match=f"x.yaml: {message}"):
        load_corpus(tmp_path)


def test_families_are_small() -> None:
    assert max(Counter(example.family for example in load_corpus()).values()) <= 8
