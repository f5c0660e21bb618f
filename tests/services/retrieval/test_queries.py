"""A question is embedded once."""

from __future__ import annotations

import numpy as np
import pytest

from services.retrieval import queries as module
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.queries import Queries


def test_vectors_are_kept_and_the_oldest_given_up(quick: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def encoder() -> Encoder:
        asked.append("")
        return quick

    monkeypatch.setattr(module, "KEPT", 2)
    queries = Queries(encoder)
    first = queries.encode(["when?", "where?", "when?"])
    assert np.array_equal(first.vectors[0], first.vectors[2])
    assert np.allclose(first.vectors[1], quick.encode(["where?"]).vectors[0], atol=0.05)
    assert queries.encode(["when?"]).tokens == first.tokens[:1]
    assert len(asked) == 1
    queries.encode(["why?"])
    queries.encode(["when?"])
    assert len(asked) == 3
    long = "long " * 600
    queries.encode([long])
    queries.encode([long])
    assert len(asked) == 5, "a long text is not kept"
