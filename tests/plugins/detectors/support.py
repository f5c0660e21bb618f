"""What a detector finds in a text, as (type, piece of the text)."""

from __future__ import annotations

from plugins.detectors.scanner import Scanner
from plugins.detectors.span import Detector


def found(detector: Detector, text: str) -> list[tuple[str, str]]:
    return [(s.type, text[s.start : s.end]) for s in Scanner((detector,)).scan(text, depth=0)]


def pieces(detector: Detector, text: str) -> list[str]:
    return [piece for _, piece in found(detector, text)]
