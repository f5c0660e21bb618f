"""LiteLLM's own local complexity heuristics, asked about one prompt: what ``signalbox router evaluate`` compares with.

Knows: how to build its ``ComplexityRouter`` and which of its tiers mean a large model. Does not know: our classifier.
No request passes through here. `python -m` reads a JSON list of texts and writes {name: [needs large, ...]}, so that
the command line needs no LiteLLM.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Set
from functools import partial
from types import SimpleNamespace
from typing import Any

NeedsLarge = Callable[[str], bool]

_LARGE = frozenset({"COMPLEX", "REASONING"})
_MEDIUM_TOO = _LARGE | {"MEDIUM"}
"""LiteLLM's tiers that mean a large model. Where MEDIUM goes is up to whoever configures it, so both are compared: on
short prompts the heuristics seldom say more than MEDIUM."""

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

    def v1(prompt: str) -> str:
        return str(first.classify(prompt)[0].value)

    def v2(prompt: str) -> str:
        tier = second._classify_with_heuristic_v2(prompt).tier  # the public form is a coroutine
        return str(getattr(tier, "value", tier))

    return {
        words.format(name): partial(_is_in, judge, large)
        for name, judge in (("v1", v1), ("v2", v2))
        for words, large in (("LiteLLM heuristic {}", _LARGE), ("LiteLLM {} from MEDIUM", _MEDIUM_TOO))
    }


def _is_in(tier_of: Callable[[str], str], large: Set[str], prompt: str) -> bool:
    return tier_of(prompt) in large


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps({name: [judge(text) for text in given] for name, judge in heuristics().items()}))
