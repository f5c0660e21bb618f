"""Whether a trained skill can do this task at once.

Knows: which requests are for a skill (its own name, or a mark of ``gateway.skills``), its confidence. Does not know:
deployments, what is done where it abstains.
"""

from __future__ import annotations

import os
from pathlib import Path

from plugins.routing.config.spec import GatewaySpec
from plugins.routing.types import Facts, Signal
from plugins.skills.shelf import Shelf, shelf_of
from plugins.skills.task import GROUP, marked, skill_of, text_of

NONE = "none"
_NEEDS = frozenset({"stream", "json_schema", "json_object", "logprobs"})
"""What an answer of a skill can be given with."""


class SkillSignal:
    """``label``: the skill's model group, or ``none``. ``score``: its confidence. ``detail.skill``: whose task it is;
    ``detail.why``: why it does not answer: ``unsure``, ``not_trained``, ``needs`` or ``modality``."""

    name = "skill"

    def __init__(self, spec: GatewaySpec, shelf: Shelf | None = None) -> None:
        """Without a state directory (SIGNALBOX_STATE) there are no skills."""
        self._tasks = spec.skills if spec.instant.enabled else {}
        state = os.environ.get("SIGNALBOX_STATE")
        self._shelf = shelf or (shelf_of(Path(state)) if state else None)

    def extract(self, facts: Facts) -> Signal:
        name = self._task(facts) if self._tasks else None
        if name is None:
            return Signal(self.name, NONE, 0.0)
        why = _unfit(facts)
        skill = self._shelf.skill(name) if self._shelf is not None else None
        if why is not None or skill is None:
            return Signal(self.name, NONE, 0.0, {"skill": name, "why": why or "not_trained"})
        task = self._tasks[name]
        answer = skill.answer(text_of(facts.messages, task.marks))
        least = skill.threshold if task.unsure_below is None else task.unsure_below
        detail: dict[str, str | int | float | bool | None] = {"skill": name, "model": skill.version}
        if answer.confidence < least:
            return Signal(self.name, NONE, round(answer.confidence, 4), {**detail, "why": "unsure"})
        return Signal(self.name, f"{GROUP}{name}", round(answer.confidence, 4), detail)

    def _task(self, facts: Facts) -> str | None:
        if facts.mode != "chat":
            return None
        named = skill_of(facts.capability)
        if named is not None:
            return named if named in self._tasks else None
        if facts.capability != "auto":
            return None
        return next((name for name, task in self._tasks.items() if marked(facts.messages, task.marks)), None)


def _unfit(facts: Facts) -> str | None:
    if not facts.modalities <= {"text"}:
        return "modality"
    return None if facts.needs <= _NEEDS else "needs"
