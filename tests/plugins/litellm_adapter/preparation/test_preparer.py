"""Every preparer keeps the protocol."""

from __future__ import annotations

from plugins.litellm_adapter.preparation.preparer import Found
from plugins.litellm_adapter.preparation.registry import PREPARERS
from plugins.routing.types import DataClass


def test_a_report_says_nothing_by_default() -> None:
    assert Found() == Found(DataClass.PUBLIC, frozenset(), (), (), None, {})


def test_a_request_without_content_is_of_no_interest_to_any() -> None:
    for make in PREPARERS:
        preparer = make()
        assert 0 < preparer.seconds <= 600
        assert not preparer.wants({"model": "auto", "messages": [{"role": "user", "content": "hi"}]}, "acompletion")
        assert not preparer.wants({"model": "embed", "input": ["a", "b"]}, "aembedding")
