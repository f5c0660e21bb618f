"""LiteLLM's view of a request as ``Facts``.

Knows: where LiteLLM keeps the key, the headers and the body by call type; key and team metadata ``signalbox``. Does
not know: what is decided. Content of a kind that no signal reads yet (audio, images, files, ...) counts as
restricted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from plugins.litellm_adapter.hearing import HEARD, Heard
from plugins.litellm_adapter.refusal import Refused
from plugins.litellm_adapter.request_headers import (
    CONVERSATION,
    DATA_CLASS,
    DEADLINE_MS,
    LANE,
    HeaderProblem,
    data_class_of,
    deadline_of,
    lane_of,
)
from plugins.routing.admission import Lane
from plugins.routing.config.zones import Require
from plugins.routing.openai_request import BadRequest, facts_from_body
from plugins.routing.tokens import NotTextError, checked_length, tokens_of
from plugins.routing.types import Caller, DataClass, Facts, Mode, Requirement, Tier

ROUTES: dict[str, str] = {
    "acompletion": "/v1/chat/completions",
    "completion": "/v1/chat/completions",
    "atext_completion": "/v1/completions",
    "text_completion": "/v1/completions",
    "aresponses": "/v1/responses",
    "responses": "/v1/responses",
    "anthropic_messages": "/v1/messages",
    "aembedding": "/v1/embeddings",
    "embeddings": "/v1/embeddings",
    "image_generation": "/v1/images/generations",
    "aimage_generation": "/v1/images/generations",
    "moderation": "/v1/moderations",
    "amoderation": "/v1/moderations",
    "rerank": "/v1/rerank",
    "arerank": "/v1/rerank",
}
"""Call types whose content the signals read, and the body's shape."""

UNJUDGED: dict[str, tuple[str, Mode, frozenset[str]]] = {
    "transcription": ("/v1/audio/transcriptions", "audio_transcription", frozenset({"audio"})),
    "atranscription": ("/v1/audio/transcriptions", "audio_transcription", frozenset({"audio"})),
    "aimage_edit": ("/v1/images/edits", "image_generation", frozenset({"text", "image"})),
    "aocr": ("/v1/ocr", "ocr", frozenset({"file"})),
}
"""Call types whose content nobody reads yet: restricted, whatever was declared."""

SPEECH = ("/v1/audio/speech", ("input", "instructions"))
"""The route of the call type ``aspeech``, and what is read of its body."""

NO_CONTENT = frozenset({"aget_responses", "adelete_responses", "acancel_responses", "alist_input_items"})
"""Call types that only name something by its id. They get no verdict, so the guards hold them to restricted
places."""


def facts_of(
    data: Mapping[str, Any], key: Any, call_type: str, *, secret: bytes, request_id: str
) -> tuple[Facts, bool | None]:
    """The request's facts, and whether the key asks for full (True) or basic (False) headers (None: not said).

    Raises Refused: 400 for a wrong shape or header, 403 for a call type that is not known.
    """
    headers = headers_of(data)
    labels = _labels(key)
    try:
        caller = _caller(key, labels, headers)
        if call_type in ROUTES:
            facts = facts_from_body(
                data,
                route=ROUTES[call_type],
                caller=caller,
                request_id=request_id,
                conversation_secret=secret,
                conversation_header=headers.get(CONVERSATION),
            )
        elif call_type == "aspeech":
            facts = _spoken(data, caller, request_id)
        elif call_type == "transcription" and isinstance(data.get(HEARD), Heard):
            facts = _heard(data, data[HEARD], caller, request_id)
        else:
            facts = _unjudged(data, caller, call_type, request_id)
    except BadRequest as error:
        raise Refused(400, error.message, "invalid_value", error.param) from None
    except HeaderProblem as error:
        raise Refused(400, str(error), "invalid_header", error.header) from None
    said = next((label.get("headers") for label in labels if label.get("headers") in ("full", "basic")), None)
    return facts, None if said is None else said == "full"


def headers_of(data: Mapping[str, Any]) -> Mapping[str, str]:
    """The request's headers with lower-case names."""
    request = data.get("proxy_server_request")
    headers = request.get("headers") if isinstance(request, Mapping) else None
    return {str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, Mapping) else {}


def is_admin(key: Any) -> bool:
    """Whether LiteLLM calls this key's owner a proxy administrator."""
    role = getattr(key, "user_role", None)
    return str(getattr(role, "value", role)) == "proxy_admin"


def capabilities_of(key: Any) -> frozenset[str] | None:
    """The names that a key and its team limit it to; None where neither does."""
    return _limit(_labels(key))


def _limit(labels: list[Mapping[str, Any]]) -> frozenset[str] | None:
    limits = [_names(label["capabilities"]) for label in labels if label.get("capabilities") is not None]
    return frozenset.intersection(*limits) if limits else None


def _spoken(data: Mapping[str, Any], caller: Caller, request_id: str) -> Facts:
    """Text to be spoken is judged like text of a chat."""
    route, fields = SPEECH
    texts = [data[name] for name in fields if isinstance(data.get(name), str)]
    try:
        quarters = sum(checked_length(text) for text in texts)
    except NotTextError as error:
        raise BadRequest(f"input {error}", "input") from None
    messages = tuple({"role": "user", "content": text} for text in texts)
    return Facts(
        request_id,
        route,
        _model(data),
        "audio_speech",
        messages=messages,
        text=texts[0] if texts else "",
        token_estimate=tokens_of(quarters),
        caller=caller,
    )


def _heard(data: Mapping[str, Any], heard: Heard, caller: Caller, request_id: str) -> Facts:
    """A recording that was heard here is judged by what is said in it; one that was heard badly is not."""
    facts = _unjudged(data, caller, "transcription", request_id)
    if not heard.reliable:
        return facts
    texts = [text for text in (heard.text, data.get("prompt")) if isinstance(text, str) and text]
    messages = tuple({"role": "user", "content": text} for text in texts)
    return replace(facts, messages=messages, text=heard.text, modalities=frozenset({"text"}), caller=caller)


def _unjudged(data: Mapping[str, Any], caller: Caller, call_type: str, request_id: str) -> Facts:
    if call_type not in UNJUDGED:
        raise Refused(403, "This kind of request is not served by this gateway.", "data_boundary", None)
    route, mode, modalities = UNJUDGED[call_type]
    model = _model(data)
    confined = replace(caller, declared=DataClass.RESTRICTED, data_class=DataClass.RESTRICTED, may_declare=True)
    return Facts(request_id, route, model, mode, modalities=modalities, caller=confined)


def _model(data: Mapping[str, Any]) -> str:
    model = data.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequest("model is missing: name a capability", "model")
    return model


def _labels(key: Any) -> list[Mapping[str, Any]]:
    """``metadata["signalbox"]`` of the key, then of its team; those that are there."""
    holders = (getattr(key, "metadata", None), getattr(key, "team_metadata", None))
    found = [holder.get("signalbox") for holder in holders if isinstance(holder, Mapping)]
    return [label for label in found if isinstance(label, Mapping)]


def _caller(key: Any, labels: list[Mapping[str, Any]], headers: Mapping[str, str]) -> Caller:
    """Of key and team the stricter holds, each for itself. A label that cannot be read is the strictest there is."""
    admin = is_admin(key)
    classes = [
        _word(DataClass, x["data_class"], DataClass.RESTRICTED) for x in labels if x.get("data_class") is not None
    ]
    tiers = [_word(Tier, label["max_tier"], Tier.INSTANT) for label in labels if label.get("max_tier") is not None]
    said = [label.get("may_declare") for label in labels if "may_declare" in label]
    return Caller(
        key_id=getattr(key, "api_key", None) or getattr(key, "token", None),
        team_id=getattr(key, "team_id", None),
        is_admin=admin,
        may_declare=admin or (bool(said) and all(value is True for value in said)),
        data_class=max(classes) if classes else None,
        declared=data_class_of(headers.get(DATA_CLASS)),
        capabilities=_limit(labels),
        max_tier=min(tiers) if tiers else None,
        deadline_ms=deadline_of(headers.get(DEADLINE_MS)),
        lane=_lane(labels, headers),
        require=tuple(_requirement(label["require"]) for label in labels if label.get("require") is not None),
    )


def _requirement(given: object) -> Requirement:
    """``metadata.signalbox.require``. One that cannot be read is fulfilled by no place outside."""
    try:
        return Require.model_validate(given).requirement()
    except ValidationError:
        return Requirement(region=())


def _lane(labels: list[Mapping[str, Any]], headers: Mapping[str, str]) -> Lane:
    """A key or team that is batch stays so, whatever its requests say."""
    if any(label.get("lane") == "batch" for label in labels):
        return "batch"
    return lane_of(headers.get(LANE)) or "interactive"


def _word(kind: type[Any], value: object, strictest: Any) -> Any:
    return next((member for member in kind if member.label == value), strictest)


def _names(value: object) -> frozenset[str]:
    return frozenset(str(name) for name in value) if isinstance(value, list | tuple) else frozenset()
