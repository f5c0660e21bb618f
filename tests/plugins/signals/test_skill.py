"""Signal ``skill``."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from plugins.routing.config.load import parse_config
from plugins.routing.openai_request import facts_from_body
from plugins.routing.types import Caller, Signal
from plugins.signals.skill import SkillSignal
from plugins.skills.shelf import Shelf, versions_of
from plugins.skills.training import train
from tests.plugins.skills.rows_of import mails

YAML = 'gateway: {skills: {lead: {marks: ["is this e-mail a lead"]}, other: {}}}'
ASK = "Hello, we would like a quote for 40 licenses. Regards, A."


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    state = tmp_path_factory.mktemp("state")
    versions = versions_of(state, "lead")
    version = str(train("lead", mails(), state / "made")["version"])
    shutil.copytree(state / "made", versions.folder / version)
    versions.promote(version)
    return Shelf(state)


def found(shelf: Shelf, model: str = "skill/lead", text: str = ASK, yaml: str = YAML, **body: Any) -> Signal:
    messages = body.pop("messages", [{"role": "user", "content": text}])
    facts = facts_from_body({"model": model, "messages": messages, **body}, caller=Caller(), request_id="r")
    return SkillSignal(parse_config(yaml, "x.yaml").spec, shelf).extract(facts)


def test_its_own_name_and_a_mark_ask_for_it(shelf: Shelf) -> None:
    named = found(shelf)
    assert (named.label, named.detail["skill"]) == ("skills/lead", "lead")
    assert named.score > 0.5
    assert found(shelf, "auto").label == "none"
    marked = found(shelf, "auto", text=f"Is this e-mail a lead? {ASK}")
    assert (marked.label, marked.score) == ("skills/lead", named.score)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"model": "skill/other"}, "not_trained"),
        ({"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}, "needs"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x"}}]}]},
            "modality",
        ),
        ({"yaml": "gateway: {skills: {lead: {unsure_below: 1}}}"}, "unsure"),
    ],
)
def test_where_it_leaves_the_task_to_a_language_model(shelf: Shelf, body: dict[str, Any], why: str) -> None:
    signal = found(shelf, **body)
    assert (signal.label, signal.detail["why"]) == ("none", why)


def test_without_the_built_in_service_there_are_none(shelf: Shelf) -> None:
    off = found(shelf, "auto", yaml="gateway: {instant: {enabled: false}, skills: {lead: {}}}")
    assert (off.label, off.detail) == ("none", {})
