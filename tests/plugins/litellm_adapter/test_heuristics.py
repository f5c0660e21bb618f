from __future__ import annotations

from plugins.litellm_adapter.heuristics import heuristics


def test_both_heuristics_answer() -> None:
    found = heuristics()
    assert set(found) == {"LiteLLM heuristic v1", "LiteLLM heuristic v2"}
    assert found["LiteLLM heuristic v1"]("hi") is False
    hard = (
        "Design a distributed lock service and prove step by step that the algorithm is correct in every failure case"
    )
    assert isinstance(found["LiteLLM heuristic v1"](hard), bool)
    assert isinstance(found["LiteLLM heuristic v2"](hard), bool)
