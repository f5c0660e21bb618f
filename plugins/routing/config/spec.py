"""The ``gateway:`` section as an immutable value.

Knows: every key, its default and its bounds. Does not know: YAML text, line numbers (``load``), LiteLLM.
Request code reads these values and nothing else of the configuration.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from plugins.routing.config.boundary import DEFAULT_DETECTORS as DEFAULT_DETECTORS
from plugins.routing.config.boundary import DEFAULT_MENTIONS as DEFAULT_MENTIONS
from plugins.routing.config.boundary import Answers as Answers
from plugins.routing.config.boundary import Boundary as Boundary
from plugins.routing.config.boundary import Egress as Egress
from plugins.routing.config.boundary import Fetch as Fetch
from plugins.routing.config.boundary import Ledger as Ledger
from plugins.routing.config.operation import Health as Health
from plugins.routing.config.operation import Queue as Queue
from plugins.routing.config.section import Section as Section
from plugins.routing.types import Mode, Tier

Availability = Literal["degrade", "refuse"]


class Capability(Section):
    """A model name that applications ask for and that no deployment bears.

    ``locations`` None: any that the boundary allows. ``intent`` fixes the intent instead of classifying.
    ``when_unavailable`` None: as the section says. ``deadline_ms``: budget in milliseconds until the answer
    is complete. ``escalation`` None: as the section says. ``extractive``: where no language model is left,
    documents are quoted.
    """

    mode: Mode = "chat"
    min_tier: Tier | None = None
    max_tier: Tier | None = None
    locations: tuple[str, ...] | None = None
    modalities: frozenset[str] = frozenset()
    intent: str | None = None
    deadline_ms: float | None = Field(default=None, gt=0)
    when_unavailable: Availability | None = None
    escalation: bool | None = None
    extractive: bool = False


class Escalation(Section):
    """``mode``: whether an answer that fails cheap checks is asked for again one tier up. ``hold_chars``: the beginning
    of a stream that is held back while it may still be one to ask again; 0 holds nothing. ``min_logprob``: mean log
    probability of the tokens (natural logarithm) below which an answer counts as unsure of itself."""

    mode: bool = True
    hold_chars: int = Field(default=160, ge=0, le=10_000)
    min_logprob: float = Field(default=-1.5, le=0)


class Deadline(Section):
    """``prefer``: a deployment too slow for the budget comes last; ``require``: it is not used at all."""

    mode: Literal["prefer", "require"] = "prefer"


class Classifier(Section):
    """``max_chars``: what the intent classifier reads of a long prompt (head and tail); the rest is counted
    in the decision. ``unsure_below``: confidence under which the intent is ``unsure``; None takes the trained
    model's own threshold."""

    max_chars: int = Field(default=2000, ge=200, le=100_000)
    unsure_below: float | None = Field(default=None, ge=0, le=1)


class Instant(Section):
    """The built-in answers. ``answers``: further YAML files of question/answer pairs, relative to the
    configuration file."""

    enabled: bool = True
    answers: tuple[str, ...] = ()
    min_score: float | None = Field(default=None, ge=0, le=1)


class SkillTask(Section):
    """A trained skill: asked for as ``skill/NAME``, and by ``auto`` where one of ``marks`` stands in the system prompt
    or at the beginning or end of the user's text. ``unsure_below``: confidence under which it abstains; None takes the
    threshold that it was trained with."""

    marks: tuple[str, ...] = ()
    unsure_below: float | None = Field(default=None, ge=0, le=1)


class Retrieval(Section):
    """Embeddings, reranking and vector stores of the box's own (``services/retrieval``); read at start.
    ``chroma_url``: a Chroma server; None: embedded. ``max_stores``: that one key may have."""

    enabled: bool = True
    chroma_url: str | None = None
    max_stores: int = Field(default=1_000, ge=1, le=1_000_000)


class Discovery(Section):
    """Where deployments are looked for. ``ollama`` / ``vllm``: base URLs; an empty tuple looks nowhere.
    ``models_dir``: a folder of ``*.gguf``, relative to the configuration file. ``cloud``: use provider keys
    found in the environment."""

    ollama: tuple[str, ...] = ("http://127.0.0.1:11434",)
    vllm: tuple[str, ...] = ("http://127.0.0.1:8000",)
    models_dir: str | None = "models"
    cloud: bool = True
    interval_s: float = Field(default=15.0, ge=1, le=3600)


class Documents(Section):
    """``services/documents``: what reads files. Read at start, but for ``max_images`` and ``price_per_page``.
    ``engine``: what makes blocks of a PDF's text. ``ocr``: whether pages without text are read as images.
    ``active_content``: what is done with a PDF that carries scripts or embedded files. ``max_images``: pages that a
    model is shown as images. ``price_per_page``: US dollars that a key is charged."""

    enabled: bool = True
    engine: Literal["pdfium", "unstructured"] = "pdfium"
    ocr: Literal["auto", "off"] = "auto"
    ocr_engine: Literal["auto", "tesseract", "rapidocr"] = "auto"
    ocr_languages: str = Field(default="eng", pattern=r"^[A-Za-z0-9_/]+(\+[A-Za-z0-9_/]+)*$")
    active_content: Literal["refuse", "ignore"] = "refuse"
    max_file_mb: int = Field(default=64, ge=1, le=512)
    max_pages: int = Field(default=2_000, ge=1, le=100_000)
    page_timeout_s: float = Field(default=60.0, ge=1, le=600)
    timeout_s: float = Field(default=600.0, ge=1, le=3_600)
    memory_mb: int = Field(default=1_024, ge=128, le=65_536)
    workers: int = Field(default=2, ge=1, le=64)
    quota_mb: int = Field(default=2_048, ge=1, le=1_048_576)
    max_files: int = Field(default=10_000, ge=1, le=1_000_000)
    max_images: int = Field(default=4, ge=1, le=50)
    price_per_page: float = Field(default=0.0, ge=0, le=100)


DEFAULT_AUDIO_NAMES: dict[str, str] = {
    "whisper-1": "transcribe",
    "gpt-4o-transcribe": "transcribe",
    "gpt-4o-mini-transcribe": "transcribe",
    "tts-1": "speech",
    "tts-1-hd": "speech",
    "gpt-4o-mini-tts": "speech",
}
"""OpenAI's models that clients have written into them, and the capability that stands for each."""


class Audio(Section):
    """``services/audio``: what hears and speaks. ``names``: other names of capabilities on /v1/audio, where no model
    group has that name. Prices: US dollars that a key is charged for what this machine does."""

    enabled: bool = True
    names: dict[str, str] = Field(default_factory=lambda: dict(DEFAULT_AUDIO_NAMES))
    price_per_second: float = Field(default=0.0, ge=0, le=100)
    price_per_character: float = Field(default=0.0, ge=0, le=100)


class Log(Section):
    """The decision log. ``retention_days`` 0 keeps everything."""

    enabled: bool = True
    retention_days: int = Field(default=90, ge=0)


class Retention(Section):
    """Days that things are kept; 0 keeps them for good. ``pseudonyms_days``: after a conversation's last new value."""

    pseudonyms_days: int = Field(default=30, ge=0, le=36_500)
    spend_logs_days: int = Field(default=0, ge=0, le=36_500)
    files_days: int = Field(default=0, ge=0, le=36_500)
    stores_days: int = Field(default=0, ge=0, le=36_500)


class Costs(Section):
    """``frontier_input``, ``frontier_output``: US dollars per million tokens that "everything to frontier" is reckoned
    with; None takes the cheapest deployment of that tier. ``price_per_kwh``: of deployments that state ``watts`` and no
    price of their own."""

    frontier_input: float | None = Field(default=None, ge=0, le=1_000_000)
    frontier_output: float | None = Field(default=None, ge=0, le=1_000_000)
    price_per_kwh: float = Field(default=0.0, ge=0, le=100)


class Metrics(Section):
    """``max_keys``: how many keys Prometheus is told apart; the spend of the others is one sum. ``otlp_endpoint``: base
    URL of an OpenTelemetry collector (OTLP over HTTP) that traces are sent to; None sends nothing anywhere. Read at
    start."""

    max_keys: int = Field(default=100, ge=0, le=10_000)
    otlp_endpoint: str | None = Field(default=None, pattern="^https?://")


DEFAULT_INTENTS: dict[str, Tier] = {
    "smalltalk": Tier.INSTANT,
    "question": Tier.SMALL,
    "classification": Tier.SMALL,
    "extraction": Tier.SMALL,
    "summarization": Tier.SMALL,
    "rewriting": Tier.SMALL,
    "translation": Tier.SMALL,
    "writing": Tier.SMALL,
    "document_qa": Tier.SMALL,
    "coding": Tier.LARGE,
    "math": Tier.LARGE,
    "reasoning": Tier.FRONTIER,
    "unsure": Tier.LARGE,
}
"""The tier that each intent needs where the YAML does not say."""

DEFAULT_CAPABILITIES: dict[str, Capability] = {
    "auto": Capability(),
    "fast": Capability(max_tier=Tier.SMALL),
    "reasoning": Capability(min_tier=Tier.LARGE),
    "code": Capability(min_tier=Tier.LARGE),
    "document_qa": Capability(intent="document_qa", extractive=True),
    "vision": Capability(modalities=frozenset({"image"})),
    "private": Capability(locations=("local",)),
    "embed": Capability(mode="embedding"),
    "rerank": Capability(mode="rerank"),
    "transcribe": Capability(mode="audio_transcription"),
    "speech": Capability(mode="audio_speech"),
    "ocr": Capability(mode="ocr"),
}
"""The capabilities that exist where the YAML does not name them; one that it names is replaced whole."""


class GatewaySpec(Section):
    """The whole section. ``capabilities`` and ``intents`` are already merged with the shipped defaults by
    ``load``. ``reload``: whether an edit that makes something worse is taken at once, or waits to be applied."""

    capabilities: dict[str, Capability] = Field(default_factory=lambda: dict(DEFAULT_CAPABILITIES))
    intents: dict[str, Tier] = Field(default_factory=lambda: dict(DEFAULT_INTENTS))
    boundary: Boundary = Boundary()
    when_unavailable: Availability = "degrade"
    health: Health = Health()
    escalation: Escalation = Escalation()
    queue: Queue = Queue()
    deadline: Deadline = Deadline()
    classifier: Classifier = Classifier()
    instant: Instant = Instant()
    skills: dict[str, SkillTask] = Field(default_factory=dict)
    retrieval: Retrieval = Retrieval()
    discovery: Discovery = Discovery()
    documents: Documents = Documents()
    audio: Audio = Audio()
    log: Log = Log()
    retention: Retention = Retention()
    costs: Costs = Costs()
    metrics: Metrics = Metrics()
    headers: Literal["full", "basic"] = "full"
    reload: Literal["auto", "confirm"] = "auto"
