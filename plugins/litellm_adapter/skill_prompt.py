"""What a language model is told when it does a skill's task.

Knows: where an instruction stands in the bodies of chat, Responses and Messages. Does not know: how the skill decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plugins.routing.types import Decision
from plugins.skills.shelf import Shelf, shelf_of


def shelf(environ: Mapping[str, str]) -> Shelf | None:
    """The skills of this installation; None where it has no state directory."""
    state = environ.get("SIGNALBOX_STATE")
    return shelf_of(Path(state)) if state else None


def instruct(data: dict[str, Any], decision: Decision, call_type: str, shelf: Shelf | None) -> None:
    """Puts the labels or fields of the skill before the conversation, where the request is for one. The skill's own
    service does not read it; what is asked when the skill abstains or fails does."""
    signal = decision.signal("skill")
    name = signal.detail.get("skill") if signal is not None else None
    skill = shelf.skill(name) if shelf is not None and isinstance(name, str) else None
    if skill is None:
        return
    told = skill.instruction()
    if call_type in ("aresponses", "responses"):
        given = data.get("instructions")
        data["instructions"] = f"{told}\n\n{given}" if isinstance(given, str) and given else told
    elif call_type == "anthropic_messages":
        given = data.get("system")
        more = given if isinstance(given, list) else [{"type": "text", "text": given}] if given else []
        data["system"] = [{"type": "text", "text": told}, *more]
    elif isinstance(data.get("messages"), list):
        data["messages"] = [{"role": "system", "content": told}, *data["messages"]]
