from __future__ import annotations

from plugins.litellm_adapter.heuristics import heuristics


def test_both_heuristics_answer() -> None:
    found = heuristics()
    medium = {f"LiteLLM heuristic {v}": f"LiteLLM {v} from MEDIUM" for v in ("v1", "v2")}
    assert set(found) == {*medium, *medium.values()}
    assert found["LiteLLM heuristic v1"]("hi") is False
    hard = (
        "Design a distributed lock service and prove step by step that the algorithm is correct in every failure case"
    )
    assert isinstance(found["LiteLLM heuristic v1"](hard), bool)
    assert isinstance(found["LiteLLM heuristic v2"](hard), bool)
    for name, with_medium in medium.items():  # more tiers are large there, never fewer
        assert found[with_medium](hard) >= found[name](hard)
