"""What a detector finds in a text, as (type, piece of the text)."""

from __future__ import annotations

from plugins.detectors.scanner import Scanner
from plugins.detectors.span import Detector
from plugins.detectors.terms import Terms


def found(detector: Detector, text: str) -> list[tuple[str, str]]:
    scanner = Scanner((), (), (detector,)) if isinstance(detector, Terms) else Scanner((detector,))
    return [(s.type, text[s.start : s.end]) for s in scanner.scan(text, depth=0)]


def pieces(detector: Detector, text: str) -> list[str]:
    return [piece for _, piece in found(detector, text)]
