"""The data class of a request: the highest of what was declared, what the conversation had, and what nobody can read.

Knows: the design's rule, "Which deployment", 1: max(declared, conversation, unreadable), where declared = the header if
the key may declare, else the label of key or team, else ``default_class``. Does not know: zones, deployments, how to
find personal data in a text (no detectors here).

The simple form. The class of a conversation is kept in this process's memory only, for the ``REMEMBERED`` most recent
conversations: it is forgotten at a restart, and workers do not tell each other. Images, audio and files count as
restricted, because nothing here reads them; only a caller with the right to declare can vouch for them.
A header with an unknown class was refused (400) before this runs.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import DataClass, Facts, Signal

REMEMBERED = 100_000
"""Conversations whose class is kept: about 20 MB when full."""

_READABLE = frozenset({"text"})


class DataClassSignal:
    """``label``: public, internal or restricted. ``detail.why``: what decided it: ``declared``, ``key``, ``default``,
    ``conversation`` or ``unreadable``."""

    name = "data_class"

    def __init__(self, spec: GatewaySpec, remembered: int = REMEMBERED) -> None:
        self._default = spec.boundary.default_class
        self._sticky = spec.boundary.conversation == "sticky"
        self._seen = _Highest(remembered)

    def adopt(self, previous: object) -> None:
        """Goes on with the classes that an earlier signal remembers: a changed policy must not make a conversation
        public that was not."""
        if isinstance(previous, DataClassSignal):
            self._seen = previous._seen

    def extract(self, facts: Facts) -> Signal:
        found, why = self._declared(facts)
        if why != "declared" and not facts.modalities <= _READABLE:
            found, why = DataClass.RESTRICTED, "unreadable"
        if self._sticky and facts.conversation:
            highest = self._seen.raise_to(facts.conversation, found)
            if highest > found:
                found, why = highest, "conversation"
        return Signal(self.name, found.label, detail={"why": why})

    def _declared(self, facts: Facts) -> tuple[DataClass, str]:
        caller = facts.caller
        if caller.may_declare and caller.declared is not None:
            return caller.declared, "declared"
        if caller.data_class is not None:
            return caller.data_class, "key"
        return self._default, "default"


class _Highest:
    """The highest class of each of the most recently used conversations. Safe for threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._classes: OrderedDict[str, DataClass] = OrderedDict()
        self._lock = threading.Lock()

    def raise_to(self, conversation: str, found: DataClass) -> DataClass:
        """Notes ``found`` and returns the highest class that the conversation ever had."""
        with self._lock:
            highest = max(found, self._classes.get(conversation, found))
            self._classes[conversation] = highest
            self._classes.move_to_end(conversation)
            if len(self._classes) > self._size:
                self._classes.popitem(last=False)
            return highest
