"""The answer to a text, with its placeholders filled.

Knows: the book, the installation, where the gateway is. Does not know: HTTP, OpenAI's shapes. Names files without their
folders: whoever has a key may ask.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from plugins.answers.book import AnswersError
from plugins.answers.live import LiveMatcher
from plugins.answers.render import fill
from services.instant.rendered import Installation, Rendered

NO_MODELS = 'none yet (ask "how do I add a model?")'
DEFAULT_CAPABILITIES = ("auto", "fast", "reasoning", "code", "vision", "private")
DEFAULT_ORIGIN = "http://127.0.0.1:4000"
DEFAULT_CONFIG = "litellm_config.yaml"
DEFAULT_STATE = ".signalbox"

_log = logging.getLogger("signalbox.instant")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gateway is: ``origin`` without /v1; ``config`` and ``state`` as a person may be told."""

    origin: str = DEFAULT_ORIGIN
    config: str = DEFAULT_CONFIG
    state: str = DEFAULT_STATE


def place_of(environ: Mapping[str, str], state: Path) -> Place:
    """From SIGNALBOX_GATEWAY_URL, SIGNALBOX_CONFIG and the state directory: the last names of both, not the folders."""
    return Place(
        origin=(environ.get("SIGNALBOX_GATEWAY_URL") or DEFAULT_ORIGIN).rstrip("/"),
        config=Path(environ.get("SIGNALBOX_CONFIG") or DEFAULT_CONFIG).name,
        state=state.name or DEFAULT_STATE,
    )


class Answering:
    """Raises AnswersError when constructed with files that cannot be used."""

    def __init__(self, rendered: Rendered, place: Place, extra: Sequence[Path] = ()) -> None:
        self._rendered = rendered
        self._place = place
        self._extra = tuple(extra)
        self._source = self._source_of(rendered.current())
        self._matcher = LiveMatcher(*self._source)

    def answer(self, text: str) -> str | None:
        """The filled answer, or None where the book has none that is similar enough."""
        found = self._rendered.current()
        self._follow(found)
        entry = self._matcher.current().best(text).entry
        return None if entry is None else fill(entry.answer, self._values(found))

    def _source_of(self, found: Installation) -> tuple[tuple[Path, ...], float | None]:
        return (*found.answers, *self._extra), found.min_score

    def _follow(self, found: Installation) -> None:
        """Takes over other files of answers; where they are broken the old ones stay."""
        source = self._source_of(found)
        if source == self._source:
            return
        self._source = source
        try:
            self._matcher = LiveMatcher(*source)
        except AnswersError as error:
            _log.error("answers not reloaded, the old ones stay: %s", error)

    def _values(self, found: Installation) -> dict[str, str]:
        return {
            "models": ", ".join(found.models) or NO_MODELS,
            "capabilities": ", ".join(found.capabilities or DEFAULT_CAPABILITIES),
            "base_url": f"{self._place.origin}/v1",
            "origin": self._place.origin,
            "config": self._place.config,
            "state": self._place.state,
        }
