"""A skill's answer in OpenAI's chat shape: the label, or JSON where that is asked for, with logprobs.

Knows: the trained skills of the state folder, the marks of their tasks. Does not know: routing. Who asks directly and
gets nothing sure enough is told so (422), never a guess.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from plugins.skills.model import Answer, Skill
from plugins.skills.shelf import Shelf
from plugins.skills.task import text_of
from services.common.errors import ApiError
from services.instant.chat import ChatRequest
from services.instant.rendered import Rendered

PREFIX = "skill/"
FINGERPRINT = "signalbox-skill"


class Skills:
    """``answer`` gives content and logprobs for a request of a model ``skill/NAME``."""

    def __init__(self, shelf: Shelf, rendered: Rendered) -> None:
        self._shelf = shelf
        self._rendered = rendered

    def answer(self, request: ChatRequest) -> tuple[str, dict[str, Any] | None]:
        """Raises ApiError: 404 where it is not trained, 422 where it is not sure."""
        name = request.model.removeprefix(PREFIX)
        skill = self._shelf.skill(name)
        if skill is None:
            raise ApiError(
                404, f"The skill {name} is not trained: `signalbox router skill train {name} rows.jsonl` does.",
                code="model_not_found", param="model",
            )  # fmt: skip
        task = self._rendered.current().skills.get(name, {})
        messages = [message.model_dump() for message in request.messages]
        found = skill.answer(text_of(messages, tuple(task.get("marks") or ())))
        given = task.get("unsure_below")
        if found.confidence < (given if isinstance(given, int | float) else skill.threshold):
            raise ApiError(
                422, f"The skill {name} is not sure enough of this. Ask the gateway for skill/{name}: it goes on to a "
                "language model.", code="skill_abstains", param="messages",
            )  # fmt: skip
        return _content(found, request.response_format), _logprobs(skill, found, request)


def _content(found: Answer, wanted: Mapping[str, Any] | None) -> str:
    """The label as text, or as JSON under the schema's own key where a JSON format is asked for."""
    kind = wanted.get("type") if isinstance(wanted, Mapping) else None
    if found.fields or kind not in ("json_object", "json_schema"):
        return found.content
    schema = ((wanted or {}).get("json_schema") or {}).get("schema") or {}
    names = list(schema.get("properties") or {}) if isinstance(schema, Mapping) else []
    value: dict[str, Any] = {names[0] if names else "label": found.label}
    if "confidence" in names[1:]:
        value["confidence"] = round(found.confidence, 4)
    return json.dumps(value, ensure_ascii=False)


def _logprobs(skill: Skill, found: Answer, request: ChatRequest) -> dict[str, Any] | None:
    """One token: the whole answer, with the other labels as its alternatives."""
    if not request.logprobs:
        return None
    scores = found.scores if skill.kind == "labels" else {found.content: found.confidence}
    told = [_token(label, score) for label, score in scores.items()]
    return {"content": [{**told[0], "top_logprobs": told[: request.top_logprobs or 0]}], "refusal": None}


def _token(text: str, score: float) -> dict[str, Any]:
    return {"token": text, "logprob": math.log(max(score, 1e-12)), "bytes": list(text.encode("utf-8", "replace"))}
