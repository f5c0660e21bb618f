"""The data class of a request: the highest of what was declared, what the conversation had, what detectors find, and
what nobody can read.

Knows: the design's rule, "Which deployment", 1: max(declared, conversation, detectors, unreadable), where declared =
the header if the key may declare, else the label of key or team, else ``default_class``. Does not know: zones,
deployments, how anything is found.

Every text is looked through, also where the class cannot change the place: the header, the ledger and the class of the
conversation must be right, and a later configuration may draw the line elsewhere.

Images, audio and files count as restricted, because nothing here reads them, unless ``boundary.exempt`` lets this key
or team send them. A detector that fails or is too slow makes the request restricted. A header with an unknown class
was refused (400) before this runs.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from plugins.detectors.finder import Finder
from plugins.detectors.verdict import class_of
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Caller, DataClass, Facts, Signal
from plugins.signals._conversations import FILE, Conversations

REMEMBERED = 100_000
"""Conversations whose class is kept in memory: about 20 MB when full."""

_READABLE = frozenset({"text"})
_LOG = logging.getLogger("signalbox.boundary")


class DataClassSignal:
    """``label``: public, internal or restricted. ``detail.why``: what decided it: ``declared``, ``key``, ``default``,
    ``detectors``, ``detectors_failed``, ``brought`` (by a file or a store), ``unreadable`` or ``conversation``.
    ``detail.found``: types and counts, for example ``credit_card:1 person:2``, never text. ``detail.exempt``:
    modalities that were let through unread."""

    name = "data_class"

    def __init__(self, spec: GatewaySpec, remembered: int = REMEMBERED) -> None:
        self._default = spec.boundary.default_class
        self._boundary = spec.boundary
        self._sticky = spec.boundary.conversation == "sticky"
        state = os.environ.get("SIGNALBOX_STATE")
        self._seen = Conversations(remembered, Path(state) / FILE if state else None)
        self._finder = Finder(spec.boundary)

    def adopt(self, previous: object) -> None:
        """Goes on with the classes that an earlier signal remembers: a changed policy must not make a conversation
        public that was not."""
        if isinstance(previous, DataClassSignal):
            self._seen.close()
            self._seen = previous._seen

    @property
    def finder(self) -> Finder:
        """What looks through texts, for who must replace what it finds."""
        return self._finder

    def warm(self) -> None:
        """Loads what the first request would otherwise wait for."""
        self._finder.spans("warm-up 1")

    def extract(self, facts: Facts) -> Signal:
        highest, why = self._declared(facts.caller)
        detail: dict[str, str] = {}
        found = self._detected(facts, highest is DataClass.PUBLIC, detail)
        if found > highest:
            highest, why = found, "detectors_failed" if "failed" in detail else "detectors"
        if facts.brought_class > highest:
            highest, why = facts.brought_class, "brought"
        unread = self._unread(facts, detail)
        if (unread or facts.opaque) and highest < DataClass.RESTRICTED:
            highest, why = DataClass.RESTRICTED, "unreadable"
        if self._sticky and facts.conversation:
            ever = self._seen.raise_to(facts.conversation, highest)
            if ever > highest:
                highest, why = ever, "conversation"
        return Signal(self.name, highest.label, detail={"why": why, **detail})

    def _declared(self, caller: Caller) -> tuple[DataClass, str]:
        if caller.may_declare and caller.declared is not None:
            return caller.declared, "declared"
        if caller.data_class is not None:
            return caller.data_class, "key"
        return self._default, "default"

    def _detected(self, facts: Facts, labelled_public: bool, detail: dict[str, str]) -> DataClass:
        try:
            counts = self._finder.counts(facts.messages, facts.attached)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the text was not read: fail closed
            _LOG.error("detectors failed on request %s: %s; it is restricted", facts.request_id, type(error).__name__)
            detail["failed"] = type(error).__name__
            return DataClass.RESTRICTED
        if counts:
            detail["found"] = shown(counts)
        return class_of(counts, self._boundary, labelled_public=labelled_public)

    def _unread(self, facts: Facts, detail: dict[str, str]) -> frozenset[str]:
        unread = (facts.modalities | facts.unread) - _READABLE
        if not unread or not self._boundary.exempt:
            return unread
        caller = facts.caller
        let = {m for holder in (caller.key_id, caller.team_id) if holder for m in self._boundary.exempt.get(holder, ())}
        if unread & let:
            detail["exempt"] = ",".join(sorted(unread & let))
        return unread - let


def shown(counts: Mapping[str, int]) -> str:
    """Types with their counts, in order of name."""
    return " ".join(f"{type_}:{count}" for type_, count in sorted(counts.items()))
