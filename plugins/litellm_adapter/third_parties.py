"""Keeps content from LiteLLM's callbacks and alerts where the configuration says that they may not have it.

Knows: LiteLLM's switches for that. Does not know: who is told (``plugins.routing.config.third_parties``). A key's or
team's own callbacks, which LiteLLM's database can hold, are never used: nobody has said where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.config.third_parties import redacts

_OWN = (
    "dynamic_input_callbacks",
    "dynamic_success_callbacks",
    "dynamic_async_success_callbacks",
    "dynamic_failure_callbacks",
    "dynamic_async_failure_callbacks",
)


def hold_back(raw: Mapping[str, Any], spec: GatewaySpec) -> None:
    """Sets LiteLLM's switches for this process. They are never loosened while it runs."""
    import litellm

    if redacts(raw, spec):
        litellm.turn_off_message_logging = True
        litellm.redact_messages_in_exceptions = True


def without_own_callbacks(data: Mapping[str, Any]) -> None:
    """Takes the callbacks of a key or team from one request."""
    logging = data.get("litellm_logging_obj")
    for name in _OWN:
        if getattr(logging, name, None):
            setattr(logging, name, [])
