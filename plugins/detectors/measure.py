"""How well detectors do on texts whose spans are known.

Knows: recall and false alarms by record, recall and precision by type. Does not know: files, how anything is found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugins.detectors.span import Span


@dataclass(slots=True)
class Measured:
    """Counts. A record is ``hit`` where it holds spans and anything was found, ``alarm`` where it holds none and
    something was. By type: ``known`` and ``met`` (known ones that a span of any type touches), ``named`` (that a span
    of the same type touches), ``told`` (found) and ``right`` (found ones that touch any known span)."""

    with_spans: int = 0
    hits: int = 0
    without: int = 0
    alarms: int = 0
    known: Counter[str] = field(default_factory=Counter)
    met: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        """Of records with spans, the share in which something was found."""
        return self.hits / self.with_spans if self.with_spans else 1.0

    @property
    def false_alarms(self) -> float:
        """Of records without spans, the share in which something was found."""
        return self.alarms / self.without if self.without else 0.0

    def add(self, spans: Sequence[Span], known: Iterable[Mapping[str, Any]]) -> None:
        """One record. ``known``: its true spans, ``{"type", "start", "end"}``."""
        truth = [(str(k["type"]).lower(), int(k["start"]), int(k["end"])) for k in known]
        if truth:
            self.with_spans += 1
            self.hits += bool(spans)
        else:
            self.without += 1
            self.alarms += bool(spans)
        for type_, start, end in truth:
            touching = [s for s in spans if s.start < end and start < s.end]
            self.known[type_] += 1
            self.met[type_] += bool(touching)
            self.named[type_] += any(s.type == type_ for s in touching)
        for span in spans:
            self.told[span.type] += 1
            self.right[span.type] += any(span.start < end and start < span.end for _, start, end in truth)

    def rows(self) -> list[tuple[str, int, float, float, float]]:
        """(type, how many, share met, share met under the same name, share of what was told that is right)."""
        return [
            (
                type_,
                self.known[type_],
                self.met[type_] / self.known[type_] if self.known[type_] else 0.0,
                self.named[type_] / self.known[type_] if self.known[type_] else 0.0,
                self.right[type_] / self.told[type_] if self.told[type_] else 0.0,
            )
            for type_ in sorted({*self.known, *self.told}, key=lambda t: (-self.known[t], t))
        ]
