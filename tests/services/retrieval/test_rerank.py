"""Order and shape of a reranking."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.common.errors import ApiError
from services.retrieval import rerank as module
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.rerank import RerankRequest, common_words, rerank

DOCUMENTS = [
    "The bakery opens at seven in the morning.",
    "A bicycle chain should be oiled every two hundred kilometres.",
    "Invoices are paid within thirty days, error code QX-771 notwithstanding.",
]


@pytest.mark.parametrize(
    ("query", "best"),
    [("when can I buy bread", 0), ("maintenance of a bike", 1), ("what does QX-771 mean", 2)],
)
def test_the_best_comes_first(encoder: Encoder, query: str, best: int) -> None:
    answer = rerank(encoder, RerankRequest(query=query, documents=[*DOCUMENTS]))
    results = answer["results"]
    assert results[0]["index"] == best
    assert results[0]["document"] == {"text": DOCUMENTS[best]}
    scores = [r["relevance_score"] for r in results]
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] <= scores[0] <= 1
    assert answer["usage"]["total_tokens"] > 30


def test_top_n_objects_and_no_documents(encoder: Encoder) -> None:
    request = RerankRequest(
        query="bread", documents=[{"title": text} for text in DOCUMENTS], rank_fields=["title"], top_n=1,
        return_documents=False,
    )  # fmt: skip
    assert [set(r) for r in rerank(encoder, request)["results"]] == [{"index", "relevance_score"}]


def test_what_cannot_be_ranked_is_refused(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ApiError) as caught:
        rerank(encoder, RerankRequest(query="q", documents=["a", {"name": "b"}]))
    assert caught.value.param == "documents[1]"
    with pytest.raises(ValidationError):
        RerankRequest(query="q", documents=[])
    monkeypatch.setattr(module, "MAX_TOKENS", 3)
    with pytest.raises(ApiError, match="send fewer"):
        rerank(encoder, RerankRequest(query="one two", documents=["three four"]))


def test_a_rare_word_counts_more() -> None:
    scores = common_words("red zeppelin", ["a red car", "a red bus", "a zeppelin", "none"])
    assert scores[2] > scores[0] == scores[1] > scores[3] == 0
