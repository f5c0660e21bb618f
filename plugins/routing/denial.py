"""A refusal as an OpenAI-shaped error that says what to do next.

Knows: which policy's refusal is which status and code, and what would change it. Does not know: HTTP,
LiteLLM. Messages name intents, classes, locations and keys of the YAML; never the caller's text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.needs import (
    TEXT_MODES,
    UNKNOWN_MODEL,
    class_of,
    intent_of,
    kind_of,
    needed_tier,
)
from plugins.routing.selection import NAME as SELECTION
from plugins.routing.types import Decision, Facts, Mode

CLASS_HEADER = "x-signalbox-data-class"
DEADLINE_HEADER = "x-signalbox-deadline-ms"

ADD_A_MODEL = (
    "Add a model: `ollama pull <name>` or `signalbox models pull <name>`, or without a network "
    "`signalbox models import FILE.gguf`; or name a deployment in model_list"
)

ADD_BY_MODE: dict[Mode, str] = {
    "audio_transcription": "Add a model: `signalbox models pull whisper-base`; or name a deployment in model_list",
    "audio_speech": "Set gateway.audio.enabled: true; or name a deployment in model_list",
}
"""What to add where a language model would not help."""


@dataclass(frozen=True, slots=True)
class Denial:
    """``status`` is HTTP's; ``type``, ``code`` and ``param`` are those of OpenAI's error object."""

    status: int
    code: str
    message: str
    type: str = "invalid_request_error"
    param: str | None = None


def denial(decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    """The error for a decision whose ``chosen`` is None. Raises ValueError where something was chosen."""
    if decision.denied_by is None:
        raise ValueError(f"decision {decision.id} is not a refusal")
    reason = decision.verdicts[-1].reason if decision.verdicts else "there is no policy"
    say = _BY_POLICY.get(decision.denied_by, _no_capable)
    return say(reason, decision, facts, spec)


def _ask(decision: Decision, facts: Facts, spec: GatewaySpec) -> str:
    """What was asked for: ``capability auto, intent coding, tier large``."""
    parts = [f"capability {facts.capability}"]
    if facts.mode in TEXT_MODES:
        signals = {s.name: s for s in decision.signals}
        parts.append(f"intent {intent_of(facts, signals, spec)}")
        parts.append(f"tier {needed_tier(facts, signals, spec, instant=False).label}")
    else:
        parts.append(f"mode {facts.mode}")
    return ", ".join(parts)


def _no_capable(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    add = ADD_BY_MODE.get(facts.mode, ADD_A_MODEL)
    message = f"Nothing that is configured can do this ({_ask(decision, facts, spec)}): {reason}. {add}."
    return Denial(503, "no_capable_deployment", message, type="service_unavailable")


def _capability(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    capability = spec.capabilities.get(facts.capability)
    if reason.startswith(UNKNOWN_MODEL):
        message = f"The model {_name(facts)} does not exist: {reason}."
        return Denial(404, "model_not_found", message, param="model")
    if capability is None:
        message = (
            f"The request names model group {_name(facts)}, and nothing else may serve it, but there {reason}. "
            "Ask for a capability such as auto, or for another group."
        )
        return Denial(400, "unsupported_by_model", message, param="model")
    if kind_of(capability.mode) != kind_of(facts.mode):
        return Denial(400, "unsupported_by_model", f"The {reason}.", param="model")
    return _no_capable(reason, decision, facts, spec)


def _name(facts: Facts) -> str:
    name = facts.capability
    return f'"{name}"' if len(name) <= 80 else f'"{name[:79]}…"'


def _key_limits(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    del decision, spec
    message = (
        f"This key may not do this (model {_name(facts)}): {reason}. An admin sets the limits in the metadata of the "
        "key or team: signalbox.capabilities and signalbox.max_tier."
    )
    return Denial(403, "key_limit", message, type="permission_error", param="model")


def _budget(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    del decision, spec
    message = (
        f"Nothing that is left may serve this (model {_name(facts)}): {reason}. Ask for a capability of a lower tier, "
        "such as fast; or an admin raises signalbox.tier_budgets in the metadata of key or team, or model_max_budget."
    )
    # Not 429: SDKs would try again at once, and it takes until the budget starts anew.
    return Denial(403, "budget_exceeded", message, type="insufficient_quota", param="model")


def _context_window(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    del decision, spec
    message = (
        f"The prompt is too long: {reason}. It is about {facts.token_estimate} tokens of input"
        f"{f' and {facts.max_output_tokens} of output' if facts.max_output_tokens else ''}. "
        "Shorten it, ask for less output, or add a deployment with a larger model_info.context_window."
    )
    return Denial(400, "context_length_exceeded", message, param="messages")


_WHY = {
    "default": "nobody labelled it, so the default class holds",
    "key": "the key or its team is labelled so",
    "declared": "the request declared it",
    "conversation": "an earlier turn of this conversation had it; a new conversation starts afresh",
    "unreadable": "it holds content that cannot be read here",
    "detectors": "it holds personal data, a secret or a term of the organization",
    "detectors_failed": "its text could not be looked at",
}
"""What ``detail.why`` of the signal ``data_class`` means to the caller."""


def _data_boundary(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    found = class_of({s.name: s for s in decision.signals})
    signal = decision.signal("data_class")
    why = _WHY.get(str(signal.detail.get("why"))) if signal else None
    lower = [zone for zone, highest in spec.boundary.zones.items() if highest < found]
    zone = lower[0] if len(lower) == 1 else "<location>"
    may = "" if facts.caller.may_declare else " with a key that may declare (metadata signalbox.may_declare)"
    message = (
        f"Nothing that can do this may see it ({_ask(decision, facts, spec)}): {reason}{f' ({why})' if why else ''}. "
        f"If the content is public, send the header `{CLASS_HEADER}: public`{may}. In the configuration, "
        "`gateway.boundary.default_class: public` makes that so for whatever nobody labelled, and "
        f"`gateway.boundary.zones.{zone}: {found.label}` lets class {found.label} go there. "
        f"{ADD_A_MODEL}, to keep it inside."
    )
    return Denial(403, "data_boundary", message, type="permission_error")


def _deadline(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    message = (
        f"Nothing is fast enough ({_ask(decision, facts, spec)}): {reason}. Raise the header {DEADLINE_HEADER} or the "
        "capability's deadline_ms, or set gateway.deadline.mode: prefer."
    )
    return Denial(503, "no_capable_deployment", message, type="service_unavailable")


def _probes(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    message = (
        f"What could do this does not work at the moment ({_ask(decision, facts, spec)}): {reason}. It comes back when "
        f"a check is answered rightly; GET /health/capabilities tells. {ADD_A_MODEL}."
    )
    return Denial(503, "no_capable_deployment", message, type="service_unavailable")


def _selection(reason: str, decision: Decision, facts: Facts, spec: GatewaySpec) -> Denial:
    message = (
        f"Nothing that is left is capable enough ({_ask(decision, facts, spec)}): {reason}. {ADD_A_MODEL}, "
        "of that tier; or set gateway.when_unavailable: degrade."
    )
    return Denial(503, "no_capable_deployment", message, type="service_unavailable")


_BY_POLICY: dict[str, Callable[[str, Decision, Facts, GatewaySpec], Denial]] = {
    "capability": _capability,
    "key_limits": _key_limits,
    "budget": _budget,
    "context_window": _context_window,
    "data_boundary": _data_boundary,
    "probes": _probes,
    "deadline": _deadline,
    SELECTION: _selection,
}
