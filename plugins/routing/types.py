"""The words of the routing core as frozen values.

Knows: what a request, a deployment, a signal, a verdict and a decision are. Does not know: LiteLLM, HTTP,
YAML, files, clocks. Everything here is immutable and safe to share between requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Literal, Protocol


class DataClass(IntEnum):
    """How far a request may travel; a higher value is more confined."""

    PUBLIC = 0
    INTERNAL = 1
    RESTRICTED = 2

    @property
    def label(self) -> str:
        """The word used in YAML, headers and logs, e.g. ``"internal"``."""
        return self.name.lower()


class Tier(IntEnum):
    """How capable (and how costly) a deployment is; the smallest sufficient tier is chosen."""

    INSTANT = 0
    SMALL = 1
    LARGE = 2
    FRONTIER = 3

    @property
    def label(self) -> str:
        """The word used in YAML, headers and logs, e.g. ``"small"``."""
        return self.name.lower()


INTENTS: tuple[str, ...] = (
    "smalltalk",
    "question",
    "classification",
    "extraction",
    "summarization",
    "rewriting",
    "translation",
    "writing",
    "coding",
    "math",
    "reasoning",
    "document_qa",
)
"""What a text request can ask for; ``UNSURE`` is added by a classifier that abstains."""

UNSURE = "unsure"

Mode = Literal[
    "chat",
    "completion",
    "embedding",
    "rerank",
    "audio_transcription",
    "audio_speech",
    "image_generation",
    "moderation",
    "ocr",
]
"""What kind of work a route asks for. The names are those of LiteLLM's ``model_info.mode``."""

PolicyMode = Literal["require", "prefer"]


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A budget that is used up. ``holder``: ``"key"`` or ``"team"``. ``what``: a tier, or a model group by name.
    ``max_usd``: US dollars. ``resets_at``: seconds since the epoch, None where the budget cannot be read."""

    holder: str
    what: Tier | str
    max_usd: float
    resets_at: float | None


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a place below restricted must be like. ``region``: any of these; ``retention_days``: at most;
    ``trains_on_data``: exactly; None: does not matter. What nobody said of a place fulfils nothing."""

    region: tuple[str, ...] | None = None
    retention_days: int | None = None
    trains_on_data: bool | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what that key or team was given (key and team metadata, request headers).

    ``key_id`` is LiteLLM's hash of the key, never the secret. ``capabilities`` is None where every one is
    allowed. ``declared`` is the header ``x-signalbox-data-class`` as parsed; it counts only where
    ``may_declare``. ``deadline_ms`` is the header ``x-signalbox-deadline-ms``. ``lane``: batch waits for interactive.
    ``exhausted``: budgets of key and team that are used up. ``require``: what key and team want of every place that is
    not restricted's.
    """

    key_id: str | None = None
    team_id: str | None = None
    is_admin: bool = False
    may_declare: bool = False
    data_class: DataClass | None = None
    declared: DataClass | None = None
    capabilities: frozenset[str] | None = None
    max_tier: Tier | None = None
    deadline_ms: float | None = None
    lane: Literal["interactive", "batch"] = "interactive"
    exhausted: tuple[Exhausted, ...] = ()
    require: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """One request, translated once, as every signal and policy sees it.

    ``capability``: the requested ``model`` (a capability or a model group). ``messages``: OpenAI chat
    messages, whatever the route's own shape was. ``text``: the last user turn as plain text. ``modalities``:
    subset of ``{"text", "image", "audio", "file"}`` found in the content. ``needs``: subset of ``{"tools",
    "json_schema", "json_object", "logprobs", "n", "stream"}``. ``token_estimate``: tokens of all input.
    ``attached``: what else of the body a model is shown: tools, formats, documents to rank. ``opaque``: some of
    the text came as token numbers, which nobody reads here. ``max_output_tokens``: as asked, else None.
    ``conversation``: an opaque id, equal for the turns of one conversation. ``brought_class``: the class of files and
    stores whose content is in here. ``unread``: modalities of content that nobody read although it is no part of its
    own any more.
    """

    request_id: str
    route: str
    capability: str
    mode: Mode = "chat"
    messages: Sequence[Mapping[str, Any]] = ()
    text: str = ""
    modalities: frozenset[str] = frozenset({"text"})
    needs: frozenset[str] = frozenset()
    token_estimate: int = 0
    max_output_tokens: int | None = None
    caller: Caller = field(default_factory=Caller)
    conversation: str = ""
    attached: Sequence[Any] = ()
    opaque: bool = False
    brought_class: DataClass = DataClass.PUBLIC
    unread: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Signal:
    """What one extractor found. ``label`` is None when it failed or cannot tell: every ``require`` policy
    then assumes the most restricted case. ``score`` is in 0..1. ``detail`` carries short, loggable facts,
    never the caller's text."""

    name: str
    label: str | None
    score: float = 1.0
    detail: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deployment:
    """One place a request can run, with its live state.

    ``features``: subset of ``{"tools", "json_schema", "json_object", "logprobs", "n"}`` that it supports, or
    None where nobody said (it is then assumed to support all). ``load``: requests in flight / capacity,
    0..1+. ``loaded``: weights are in memory. ``works``: False where it answered its
    last health check wrongly. ``price``: US dollars per million input+output tokens (mean).
    ``latency_p95_ms``: measured, else None. ``region``, ``retention_days``, ``trains_on_data``: its own or its zone's.
    ``price_in``, ``price_out``: US dollars per million tokens as the entry states them, else None. ``busy_rate``: US
    dollars a busy second of a machine of one's own, else None.
    """

    id: str
    model_group: str
    location: str
    tier: Tier
    mode: Mode = "chat"
    modalities: frozenset[str] = frozenset({"text"})
    features: frozenset[str] | None = None
    context_window: int | None = None
    serves_all_tiers: bool = False
    healthy: bool = True
    loaded: bool = True
    works: bool = True
    load: float = 0.0
    price: float = 0.0
    latency_p95_ms: float | None = None
    region: str | None = None
    retention_days: int | None = None
    trains_on_data: bool | None = None
    price_in: float | None = None
    price_out: float | None = None
    busy_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one policy left. ``kept``: deployment ids, a subset of those given. ``reason``: one short clause
    for people, without the caller's text, e.g. ``"class internal may go to: local"``."""

    policy: str
    mode: PolicyMode
    kept: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a request goes and why.

    ``chosen`` is None exactly when ``denied_by`` names the policy (or ``"selection"``) that left nothing;
    ``denied_reason`` then says what is missing. ``fallbacks`` are tried in order; each was left by every
    ``require`` policy. ``needed`` is the tier that the work needs after clamping; ``degraded`` is true where
    ``chosen`` is below it. ``pinned``: a model group was asked for by name. ``truncated_chars``: characters
    that the intent classifier did not see (0: it saw all). ``scrubbed``: the class as which the request leaves after
    what detectors find in it was replaced; None where it goes as it is.
    """

    id: str
    capability: str
    signals: tuple[Signal, ...]
    verdicts: tuple[Verdict, ...]
    chosen: Deployment | None
    fallbacks: tuple[Deployment, ...] = ()
    denied_by: str | None = None
    denied_reason: str | None = None
    needed: Tier | None = None
    degraded: bool = False
    pinned: bool = False
    truncated_chars: int = 0
    scrubbed: DataClass | None = None

    def signal(self, name: str) -> Signal | None:
        """The signal called ``name``, or None where no such extractor ran."""
        return next((s for s in self.signals if s.name == name), None)


class SignalExtractor(Protocol):
    """Reads one thing from a request. May raise: the engine turns that into ``Signal(name, None)``."""

    name: str

    def extract(self, facts: Facts) -> Signal: ...


class Policy(Protocol):
    """Removes deployments. ``require``: an empty result denies. ``prefer``: an empty result is ignored."""

    name: str
    mode: PolicyMode

    def narrow(self, facts: Facts, signals: Mapping[str, Signal], deployments: Sequence[Deployment]) -> Verdict: ...
