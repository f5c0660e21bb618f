"""The search on our own questions: the bounds that we promise."""

from __future__ import annotations

from services.retrieval.evaluation import corpus, evaluate
from services.retrieval.minilm.encoder import Encoder


def test_the_corpus_is_large_and_every_answer_stands_in_its_document() -> None:
    documents, questions = corpus()
    assert len(documents) >= 30
    assert len({q.text for q in questions}) == len(questions) >= 200
    assert [q for q in questions if q.answer not in documents[q.document]] == []
    copied = [q for q in questions if q.text.rstrip("?").lower() in documents[q.document].lower()]
    assert copied == []


def test_recall_and_that_both_halves_together_find_more_than_either(quick: Encoder) -> None:
    (hybrid, vectors, words), passages = evaluate(quick)
    assert passages >= 60
    assert hybrid.recall[5] >= 0.9
    assert hybrid.recall[5] > vectors.recall[5] > words.recall[5]
    assert len(hybrid.missed) == round((1 - hybrid.recall[5]) * 210)
    assert hybrid.recall[1] <= hybrid.recall[3] <= hybrid.recall[5] <= hybrid.recall[10]
    assert 0 < words.mrr < hybrid.mrr < 1
