"""An ``Ask`` for unit tests."""

from __future__ import annotations

from typing import Any

from plugins.litellm_adapter.preparation.preparer import Ask
from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Caller


def ask(data: dict[str, Any], **more: Any) -> Ask:
    """``data`` is copied at its top level, as the runner does."""
    base: dict[str, Any] = {
        "data": dict(data),
        "call_type": "acompletion",
        "key": None,
        "caller": Caller(key_id="hash", team_id="t"),
        "spec": GatewaySpec(),
        "question": "",
        "headers": {},
        "memory": {},
    }
    return Ask(**{**base, **more})
