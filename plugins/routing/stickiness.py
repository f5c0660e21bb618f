"""Keeps a conversation where its prompt cache is warm, while what it asks for stays the same.

Knows: for the most recently used conversations of this worker, the intent and the deployment that served it. Does not
know: prompts, why a deployment is left or gone. A preference only: it moves one deployment to the front of those that
the policies left, so nothing is reached that this request may not reach.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.engine import Selects
from plugins.routing.needs import intent_of
from plugins.routing.selection import Choice
from plugins.routing.types import Deployment, Facts, Signal, Tier

REMEMBERED = 50_000
"""Conversations that are kept: about 10 MB when full."""


class Places:
    """Where each conversation was last served, by conversation. Safe for threads; forgets the least recently used."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._rows: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, conversation: str, work: str) -> str | None:
        """The deployment's id, None where the conversation did other work or is not known."""
        with self._lock:
            row = self._rows.get(conversation)
            return row[1] if row is not None and row[0] == work else None

    def note(self, conversation: str, work: str, deployment_id: str) -> None:
        """It is served there from now on."""
        with self._lock:
            self._rows[conversation] = (work, deployment_id)
            self._rows.move_to_end(conversation)
            if len(self._rows) > self._size:
                self._rows.popitem(last=False)

    def move(self, conversation: str, deployment_id: str) -> None:
        """The same work was better served elsewhere: stay there."""
        with self._lock:
            if (row := self._rows.get(conversation)) is not None:
                self._rows[conversation] = (row[0], deployment_id)


@dataclass(frozen=True, slots=True)
class StickySelection:
    """A selection that prefers where the conversation is already."""

    inner: Selects
    spec: GatewaySpec
    places: Places = field(default_factory=Places)

    def select(
        self,
        facts: Facts,
        signals: Mapping[str, Signal],
        preferred: Sequence[Deployment],
        others: Sequence[Deployment],
    ) -> Choice:
        """As the inner selection; the remembered deployment first where no policy set it aside, it is healthy and not
        full, and does not fall below the need. Instant answers leave the memory alone."""
        choice = self.inner.select(facts, signals, preferred, others)
        if not facts.conversation or choice.needed is None or not choice.order or choice.order[0].tier is Tier.INSTANT:
            return choice
        work = f"{facts.capability}/{intent_of(facts, signals, self.spec)}"
        kept = self.places.of(facts.conversation, work)
        if kept is not None and kept != choice.order[0].id:
            choice = _moved(choice, next((d for d in preferred if d.id == kept), None), choice.needed)
        self.places.note(facts.conversation, work, choice.order[0].id)
        return choice


def _moved(choice: Choice, kept: Deployment | None, needed: Tier) -> Choice:
    usable = kept is not None and kept in choice.order and kept.healthy and kept.loaded and kept.load < 1
    if kept is None or not usable or kept.tier < min(needed, choice.order[0].tier):
        return choice
    order = (kept, *(d for d in choice.order if d.id != kept.id))
    reason = f"{choice.reason}; the conversation stays with {kept.model_group}"
    return replace(choice, order=order, degraded=kept.tier < needed, reason=reason)
