"""unstructured without a network."""

from __future__ import annotations

import os

import pytest

from services.common.telemetry import OFF
from services.documents import offline


def test_it_never_asks_for_its_model_and_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OFF:
        monkeypatch.delenv(name, raising=False)
    offline.prepare()
    import unstructured.nlp.tokenize as tokenize

    assert tokenize._get_nlp() is offline.sentence_splitter()
    assert tokenize.sent_tokenize("One ends. Two begins.") == ["One ends.", "Two begins."]
    assert os.environ["DO_NOT_TRACK"] == "1"
