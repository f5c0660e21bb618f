"""What the classifier is compared with on the same rows, all asked one question: does this need a large model?

Knows: tiers of intents. Does not know: LiteLLM; what its heuristics said comes in as a list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from plugins.routing.config.spec import DEFAULT_INTENTS
from plugins.routing.types import Tier

Row = dict[str, float]


def needs_large(intent: str, tiers: Mapping[str, Tier] = DEFAULT_INTENTS) -> bool:
    """Whether the table sends ``intent`` to a large or a frontier model."""
    return tiers[intent] >= Tier.LARGE


def compare(
    truth: Sequence[str],
    ours: Mapping[str, Sequence[str]],
    others: Mapping[str, Sequence[bool]],
) -> dict[str, Row]:
    """Name -> ``accuracy`` and ``balanced`` accuracy of small-versus-large, share sent to ``large`` models.

    ``ours``: labels already found, by name; ``others``: "needs a large model" of each row, by name. The majority intent
    is that of these rows; the best single size is the one that is right most often; the oracle knows the label. Raises
    ZeroDivisionError where there are no rows, ValueError where the lengths differ."""
    large = [needs_large(intent) for intent in truth]
    majority = Counter(truth).most_common(1)[0][0]
    table = {name: _figures(large, [needs_large(label) for label in labels]) for name, labels in ours.items()}
    for name, judge in others.items():
        table[name] = _figures(large, judge)
    table["majority intent"] = _figures(large, [needs_large(majority)] * len(large))
    table["best single size"] = _figures(large, [sum(large) * 2 > len(large)] * len(large))
    table["oracle"] = _figures(large, large)
    return table


def _figures(truth: Sequence[bool], said: Sequence[bool]) -> Row:
    shares = []
    for side in (True, False):
        rows = [s == t for s, t in zip(said, truth, strict=True) if t == side]
        if rows:
            shares.append(sum(rows) / len(rows))
    return {
        "accuracy": sum(s == t for s, t in zip(said, truth, strict=True)) / len(truth),
        "balanced": sum(shares) / len(shares),
        "large": sum(said) / len(said),
    }
