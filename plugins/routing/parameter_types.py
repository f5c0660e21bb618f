"""The JSON types of common request parameters.

Knows: names and types of the parameters that chat, completions, Responses and Messages share. Does not know: their
ranges, which differ between models and are the upstream's to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.routing.content import BadRequest

NUMBERS = ("temperature", "top_p", "presence_penalty", "frequency_penalty")
WHOLE_NUMBERS = ("seed", "top_logprobs", "top_k")
OBJECTS = ("metadata", "stream_options", "logit_bias")
STRINGS = ("user", "previous_response_id")


def check_types(body: Mapping[str, Any]) -> None:
    """Raises BadRequest for the first parameter whose type no model takes. A null is the same as absent."""
    for name in NUMBERS:
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise BadRequest(f"{name} must be a number", name)
    for name in WHOLE_NUMBERS:
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise BadRequest(f"{name} must be a whole number", name)
    for name in OBJECTS:
        if body.get(name) is not None and not isinstance(body[name], Mapping):
            raise BadRequest(f"{name} must be an object", name)
    for name in STRINGS:
        if body.get(name) is not None and not isinstance(body[name], str):
            raise BadRequest(f"{name} must be a string", name)
    for name in ("stop", "stop_sequences"):
        _check_stop(body.get(name), name)


def _check_stop(value: object, name: str) -> None:
    if value is None or isinstance(value, str):
        return
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadRequest(f"{name} must be a string or a list of strings", name)
