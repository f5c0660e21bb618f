"""What detectors find in a request, counted by type.

Knows: which detectors a boundary asks for, and that a text seen a moment ago need not be looked at again. Does not
know: requests' callers, classes. Safe for threads.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plugins.detectors.encoded import unescaped
from plugins.detectors.names.artefact import load_model
from plugins.detectors.names.prose import Prose
from plugins.detectors.scanner import Scanner, structured
from plugins.detectors.span import Span
from plugins.detectors.terms import Terms, read_terms
from plugins.detectors.texts import joined_turns, strings, texts_of
from plugins.routing.config.spec import Boundary

REMEMBERED = 4_096
"""Texts whose counts are kept, by a digest: each turn of a conversation brings all earlier ones again."""

CHECKED = frozenset(
    {"credit_card", "iban_code", "us_ssn", "national_id", "email_address", "secret", "private_key", "crypto", "term"}
)
"""Types that are believed when they stand across two messages."""


class Finder:
    """Raises TermsError or ArtefactError where a file that it needs cannot be used."""

    def __init__(self, boundary: Boundary) -> None:
        words = [*boundary.terms, *(t for name in boundary.terms_files for t in read_terms(Path(name)))]
        prose = (Prose(load_model()[0]),) if boundary.prose else ()
        self._scanner = Scanner(structured(), prose, (Terms(words),) if words else ())
        self._seconds = boundary.detector_timeout_ms / 1000
        self._seen: OrderedDict[bytes, Mapping[str, int]] = OrderedDict()
        self._lock = threading.Lock()

    def spans(self, text: str) -> list[Span]:
        """Everything in one text, with no deadline."""
        return self._scanner.scan(text)

    def counts(self, messages: Sequence[Mapping[str, Any]], attached: Sequence[Any] = ()) -> Counter[str]:
        """How often each type stands in all messages and in what is ``attached`` to them. Raises DetectionTimeout and
        whatever a detector raises: then the request must be taken for the most restricted."""
        deadline = time.monotonic() + self._seconds
        total: Counter[str] = Counter()
        turns: list[str] = []
        for message, text in zip(messages, texts_of(messages), strict=True):
            total.update(self._counted(text, deadline))
            if message.get("role") == "user":
                turns.append(text)
        for value in attached:
            total.update(self._counted("\n".join(strings(value)), deadline))
        if len(turns) > 1:
            total.update(self._across(turns, deadline))
        return total

    def _counted(self, text: str, deadline: float) -> Mapping[str, int]:
        if len(text) < 3:
            return {}
        text = unescaped(text)
        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            known = self._seen.get(key)
            if known is not None:
                self._seen.move_to_end(key)
                return known
        found = Counter(span.type for span in self._scanner.scan(text, deadline))
        with self._lock:
            self._seen[key] = found
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        return found

    def _across(self, turns: Sequence[str], deadline: float) -> Counter[str]:
        text, borders = joined_turns(turns)
        spans = self._scanner.scan(text, deadline, depth=0, prose=False)
        return Counter(s.type for s in spans if s.type in CHECKED and any(s.start < at < s.end for at in borders))
