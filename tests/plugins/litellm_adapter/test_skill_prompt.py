"""What a language model is told when it does a skill's task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plugins.litellm_adapter.skill_prompt import instruct, shelf
from plugins.routing.types import Decision, Signal
from plugins.skills.shelf import Shelf


class OneSkill(Shelf):
    """A shelf with a skill ``lead`` that needs no training."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))

    def skill(self, name: str) -> Any:
        return type("S", (), {"instruction": lambda self: "lead or other"})() if name == "lead" else None


def decided(**detail: str) -> Decision:
    return Decision("d", "skill/lead", (Signal("skill", "none", 0.4, detail),), (), None)


LEAD = decided(skill="lead", why="unsure")


@pytest.mark.parametrize(
    ("call_type", "body", "told"),
    [
        ("acompletion", {"messages": [{"role": "user", "content": "a"}]},
         {"messages": [{"role": "system", "content": "lead or other"}, {"role": "user", "content": "a"}]}),
        ("aresponses", {"input": "a"}, {"input": "a", "instructions": "lead or other"}),
        ("aresponses", {"input": "a", "instructions": "be kind"},
         {"input": "a", "instructions": "lead or other\n\nbe kind"}),
        ("anthropic_messages", {"messages": [], "system": "be kind"},
         {"messages": [], "system": [{"type": "text", "text": "lead or other"}, {"type": "text", "text": "be kind"}]}),
    ],
)  # fmt: skip
def test_the_labels_come_first(call_type: str, body: dict[str, Any], told: dict[str, Any]) -> None:
    instruct(body, LEAD, call_type, OneSkill())
    assert body == told


@pytest.mark.parametrize(
    ("decision", "shelf_"), [(decided(), OneSkill()), (decided(skill="gone"), OneSkill()), (LEAD, None)]
)
def test_what_is_no_task_stays_as_it_is(decision: Decision, shelf_: Shelf | None) -> None:
    body: dict[str, Any] = {"messages": [{"role": "user", "content": "a"}]}
    instruct(body, decision, "acompletion", shelf_)
    assert body == {"messages": [{"role": "user", "content": "a"}]}


def test_the_shelf_is_that_of_the_state_directory(tmp_path: Path) -> None:
    assert shelf({}) is None
    assert shelf({"SIGNALBOX_STATE": str(tmp_path)}) is not None
