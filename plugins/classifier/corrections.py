"""Training rows from what people said about decisions: their right intent, and the text that others kept.

Knows: rows of feedback (``plugins.routing.feedback``), texts by decision id. Does not know: files. The gateway keeps no
text, so an application that wants its corrections learned brings the texts itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plugins.classifier.corpus import FAMILY_SIZE, Example
from plugins.routing.types import INTENTS


def corrections(feedback: Iterable[Mapping[str, Any]], texts: Mapping[str, str]) -> tuple[Example, ...]:
    """One example for each decision that was given a right intent and whose text is known; of several judgments the
    first counts (``feedback`` is newest first). A judgment "good" without a right intent confirms the decided one."""
    found: dict[str, str] = {}
    for row in feedback:
        intent = row["right_intent"] or (row["intent"] if row["rating"] == "good" else None)
        if intent in INTENTS and row["decision_id"] in texts:
            found.setdefault(str(row["decision_id"]), str(intent))
    rows: Sequence[tuple[str, str]] = [(texts[decision], intent) for decision, intent in found.items()]
    return tuple(
        Example(text, intent, f"hand:corrections:feedback:{place // FAMILY_SIZE}")
        for place, (text, intent) in enumerate(rows)
    )
