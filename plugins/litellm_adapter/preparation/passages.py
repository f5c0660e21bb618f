"""Passages that were found, as a text part of a prompt, all of them or as many as fit.

Knows: what stands around a passage, how it is numbered. Does not know: where passages come from. The numbers are what
an answer cites, so they stay when the list is cut.
"""

from __future__ import annotations

from collections.abc import Sequence

from plugins.litellm_adapter.citations import Source
from plugins.litellm_adapter.preparation.preparer import Fit
from plugins.litellm_adapter.preparation.relevance import clipped, size_of
from plugins.routing.content import Material

LEAST = 256
"""Tokens below which passages are of no use."""

FAR = 0.25
"""A best score below this: what was found is hardly about the question."""

_HEAD = (
    "Passages from stored files, found for the question that follows. Answer from them, and cite what you use by its "
    "number, like [1]."
)
_CLOSE = "If they do not hold the answer, say that the files do not hold it."
_NONE = (
    "The stored files were searched for the question that follows, and nothing was found. Say that the files do not "
    "hold the answer."
)
_FAR = "Nothing close to the question was found; these passages are the nearest."


class Passages:
    """``part`` is put into the request; ``shown`` are the sources in it, in the order of their numbers, also after a
    cut."""

    def __init__(self, found: Sequence[Source], kind: str) -> None:
        self.shown = list(found)
        self.part = Material(type=kind, text=self._written(self.shown))

    @property
    def fit(self) -> Fit:
        """What the gateway may cut it to."""
        tokens = size_of(self.part["text"])
        return Fit(tokens, min(tokens, LEAST), self.cut)

    def cut(self, tokens: int) -> None:
        """Leaves the best that fit, at least a part of the first."""
        while len(self.shown) > 1 and size_of(self._written(self.shown)) > tokens:
            self.shown.pop()
        text = self._written(self.shown)
        self.part["text"] = text if size_of(text) <= tokens else clipped(text, tokens)

    def _written(self, shown: Sequence[Source]) -> str:
        if not shown:
            return _NONE
        lines = [_HEAD, _CLOSE]
        if shown[0].score < FAR:
            lines.append(_FAR)
        for number, source in enumerate(shown, start=1):
            lines.append(f"\n[{number}] {_title(source)}\n{source.text}")
        return "\n".join(lines) + "\n"


def _title(source: Source) -> str:
    page = f", page {source.page}" if source.page is not None else ""
    heading = f" ({source.heading})" if source.heading else ""
    return "".join(c for c in f"{source.filename}{page}{heading}" if c.isprintable())[:300]
