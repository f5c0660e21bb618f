"""What one preparer is given and what it reports.

Knows: the protocol. Does not know: any preparer, LiteLLM.

A preparer turns content that no signal can read into content that they can: a file into its text, a recording into a
transcript, a search into what was found. How to write one:

- ``wants`` is asked for every request: cheap, no I/O.
- ``prepare`` gets a shallow copy of the request in ``ask.data``. Never change anything inside it: put a new list in the
  place of the old (``parts.replace`` does that). If ``prepare`` raises, or takes longer than ``seconds``, its copy is
  thrown away: the request goes on as it was, with its content unread, which the boundary counts as restricted. Raise
  ``Refused`` only where the caller must be told and nothing else could help (an id that does not exist).
- LiteLLM may run the hook again on the request as it first was. So the same request must give the same result, and what
  was slow to make is kept in ``ask.memory``, which outlives a rerun.
- Text that a person did not say (a document, a passage) is a ``Material`` part: judged and sent like all text, but left
  out of what the intent and the conversation's id are read from. A transcript is what a person said: a plain part.
- Content that is only partly readable is replaced by what could be read, and ``unread`` names the rest.
- Nothing is dropped: what cannot be prepared stays as it was. ``problem`` then says why, for the caller to be told
  where no deployment takes it as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from plugins.litellm_adapter.refusal import Refused
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Caller, DataClass


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as one preparer sees it. ``key``: LiteLLM's object of the key. ``question``: the last user turn
    without any material. ``headers``: of the request, names in lower case. ``memory``: of this request, kept over
    reruns; use keys that begin with the preparer's name."""

    data: dict[str, Any]
    call_type: str
    key: Any
    caller: Caller
    spec: GatewaySpec
    question: str
    headers: dict[str, str]
    memory: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fit:
    """Material that can be shortened to what the chosen deployment holds. ``tokens``: of all of it, as it now stands in
    the request; ``least``: with less than this it is of no use. ``cut(tokens)`` shortens it in place."""

    tokens: int
    least: int
    cut: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """What a preparer reports. ``data_class``: the highest class of what it brought in. ``unread``: modalities of
    content that nobody reads although it is no longer a part of its own (a page without text). ``judged``: text that
    the detectors look at and no model is shown. ``fits``: what may be cut. ``problem``: why something stayed as it
    was. ``units``: work done, for example ``{"pages": 12}``."""

    data_class: DataClass = DataClass.PUBLIC
    unread: frozenset[str] = frozenset()
    judged: tuple[str, ...] = ()
    fits: tuple[Fit, ...] = ()
    problem: Refused | None = None
    units: dict[str, int] = field(default_factory=dict)


class Preparer(Protocol):
    """``seconds``: the most that ``prepare`` may take."""

    name: str
    seconds: float

    def wants(self, data: dict[str, Any], call_type: str) -> bool: ...

    async def prepare(self, ask: Ask) -> Found: ...
