"""The search on our own questions: the bounds that we promise."""

from __future__ import annotations

import yaml

from services.retrieval.evaluation import CORPUS, corpus, evaluate, halves
from services.retrieval.minilm.encoder import Encoder

TERMS = CORPUS / "terms.yaml"


def test_the_corpus_is_large_and_every_answer_stands_in_its_document() -> None:
    documents, questions = corpus()
    assert len(documents) >= 30
    assert len({q.text for q in questions}) == len(questions) >= 200
    assert [q for q in questions if q.answer not in documents[q.document]] == []
    terms = {text for entry in yaml.safe_load(TERMS.read_text("utf-8")) for text, _ in entry["questions"]}
    assert len(terms) > 90
    worded = [q for q in questions if q.text not in terms]
    copied = [q for q in worded if q.text.rstrip("?").lower() in documents[q.document].lower()]
    assert copied == []


def test_recall_and_that_both_halves_together_find_more_than_either(quick: Encoder) -> None:
    figures, passages = evaluate(quick)
    assert passages >= 60
    hybrid, vectors, words = (f for f in figures if f.half == "held out")
    assert hybrid.recall[5] >= 0.9
    assert hybrid.recall[5] > vectors.recall[5] > words.recall[5]
    assert hybrid.recall[1] > vectors.recall[1] > words.recall[1]
    assert 0 < words.mrr < vectors.mrr < hybrid.mrr < 1
    assert hybrid.recall[1] <= hybrid.recall[3] <= hybrid.recall[5] <= hybrid.recall[10]
    assert len(hybrid.missed) == round((1 - hybrid.recall[5]) * hybrid.questions)


def test_halves_share_no_document() -> None:
    documents, questions = corpus()
    held, tuning = halves(documents)["held out"], halves(documents)["tuning"]
    assert not held & tuning
    assert held | tuning == set(documents)
    assert {q.document for q in questions} == set(documents)
