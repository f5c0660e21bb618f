"""E-mail addresses, plain and written out ("name (at) host dot org").

Knows: the form (RFC 5321, the usual part of it). Does not know: whether anybody reads there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from plugins.detectors.span import Span, View

_PLAIN = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])")
_SPACED = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64} ?@ ?[\w-]{1,63}(?: ?\. ?[\w-]{1,63}){0,3} ?\. ?(?:com|net|org|edu|de|fr|uk|eu|io)\b"
)
_WRITTEN = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}\s?(?:@|[\[({]\s?at\s?[\])}]|\sat\s)\s?[\w-]{1,63}"
    r"(?:\s?(?:\.|[\[({]\s?(?:dot|punkt|point|punto)\s?[\])}]|\s(?:dot|punkt)\s)\s?[\w-]{2,63}){1,4}",
    re.IGNORECASE,
)
_DOTS = (" dot ", "(dot)", "[dot]", " punkt ", "(punkt)", "[punkt]", "{dot}", "(at)", "[at]", "{at}")


class Emails:
    """Finds ``email_address``."""

    def find(self, view: View) -> Iterable[Span]:
        if "@" in view.folded:
            for match in _PLAIN.finditer(view.folded):
                yield Span(match.start(), match.end(), "email_address")
            if " @" in view.folded or "@ " in view.folded or " ." in view.folded:
                for match in _SPACED.finditer(view.folded):
                    yield Span(match.start(), match.end(), "email_address", 0.8)
        if any(sign in view.lower for sign in _DOTS):
            for match in _WRITTEN.finditer(view.folded):
                if any(sign in match.group().lower() for sign in _DOTS):
                    yield Span(match.start(), match.end(), "email_address", 0.8)
