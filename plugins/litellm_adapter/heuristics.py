"""LiteLLM's own local complexity heuristics, asked about one prompt: what ``signalbox router evaluate`` compares with.

Knows: how to build its ``ComplexityRouter`` and which of its tiers mean a large model. Does not know: our classifier.
No request passes through here. `python -m` reads a JSON list of texts and writes {name: [needs large, ...]}, so that
the command line needs no LiteLLM.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

NeedsLarge = Callable[[str], bool]

_LARGE = frozenset({"COMPLEX", "REASONING"})
"""LiteLLM's tiers SIMPLE and MEDIUM go to small models, these to large ones."""

_MODELS = {"SIMPLE": "small", "MEDIUM": "small", "COMPLEX": "large", "REASONING": "large"}


def heuristics() -> dict[str, NeedsLarge]:
    """Name -> "does this prompt need a large model?". Raises ImportError or AttributeError where this LiteLLM has no
    such heuristic."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else the import fetches a price list
    from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter

    def build(kind: str) -> Any:
        # The heuristics never call the router; it is only kept.
        return ComplexityRouter("compared", SimpleNamespace(), {"classifier_type": kind, "tiers": _MODELS}, "small",
                                derive_savings_baseline=False)  # fmt: skip

    first, second = build("heuristic"), build("heuristic_v2")

    def v1(prompt: str) -> bool:
        return str(first.classify(prompt)[0].value) in _LARGE

    def v2(prompt: str) -> bool:
        tier = second._classify_with_heuristic_v2(prompt).tier  # the public form is a coroutine
        return str(getattr(tier, "value", tier)) in _LARGE

    return {"LiteLLM heuristic v1": v1, "LiteLLM heuristic v2": v2}


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps({name: [judge(text) for text in given] for name, judge in heuristics().items()}))
