"""Takes a key's or team's own callbacks from a request.

Knows: where LiteLLM keeps them. Does not know: the ones that the file names (``plugins.routing.config.third_parties``).
Those of a key stand in LiteLLM's database: nobody has said where they are, so they are told nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OWN = (
    "dynamic_input_callbacks",
    "dynamic_success_callbacks",
    "dynamic_async_success_callbacks",
    "dynamic_failure_callbacks",
    "dynamic_async_failure_callbacks",
)


def without_own_callbacks(data: Mapping[str, Any]) -> None:
    """Takes the callbacks of a key or team from one request."""
    logging = data.get("litellm_logging_obj")
    for name in _OWN:
        if getattr(logging, name, None):
            setattr(logging, name, [])
