"""What a key may do here is set by administrators alone, and obeyed."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.e2e.keys.desk import HARD, Desk

SMALL_ONLY = {"signalbox": {"max_tier": "small"}}


@pytest.fixture(scope="module")
def user(desk: Desk) -> dict[str, str]:
    """An internal user with two keys of their own; an administrator has labelled the second."""
    made = desk.admin("/user/new", user_role="internal_user", user_id=f"user-{time.time()}")
    labelled = desk.api("POST", "/key/generate", made["key"], {"metadata": {"note": "a"}}, 200)["key"]
    desk.admin("/key/update", key=labelled, metadata={**SMALL_ONLY, "note": "a"})
    return {"id": made["user_id"], "key": made["key"], "labelled": labelled}


def test_labels_are_obeyed(desk: Desk) -> None:
    limited = desk.key(metadata=SMALL_ONLY)
    answer = desk.ask(limited, HARD)
    assert (answer.status_code, answer.headers["x-signalbox-tier"]) == (200, "small")
    assert desk.ask(limited, model="frontier").json()["error"]["code"] == "key_limit"
    confined = desk.key(metadata={"signalbox": {"data_class": "restricted", "may_declare": False}})
    assert desk.ask(confined).headers["x-signalbox-data-class"] == "restricted"
    team = desk.admin("/team/new", team_alias=f"t-{time.time()}", metadata={"signalbox": {"capabilities": ["fast"]}})
    member = desk.key(team_id=team["team_id"])
    assert desk.ask(member).status_code == 403
    assert desk.ask(member, model="fast").status_code == 200


def test_who_is_no_admin_cannot_write_a_label(desk: Desk, user: dict[str, str]) -> None:
    mine, labelled = user["key"], user["labelled"]
    wide: dict[str, Any] = {"signalbox": {"max_tier": "frontier", "may_declare": True}}
    for path, body in (
        ("/key/generate", {"metadata": wide}),
        ("/key/update", {"key": labelled, "metadata": wide}),
        ("/key/update", {"key": labelled, "metadata": {"note": "dropped"}}),
        ("/key/update", {"key": labelled, "metadata": {}}),
        ("/key/regenerate", {"key": labelled, "metadata": {}}),
    ):
        error = desk.api("POST", path, mine, body, 403)["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert "administrator" in error["message"]
    assert desk.ask(labelled, HARD).headers["x-signalbox-tier"] == "small"


def test_who_is_no_admin_can_edit_the_rest(desk: Desk, user: dict[str, str]) -> None:
    kept = {**SMALL_ONLY, "note": "b"}
    desk.api("POST", "/key/update", user["key"], {"key": user["labelled"], "metadata": kept}, 200)
    desk.api("POST", "/key/generate", user["key"], {"metadata": {"note": "c"}, "models": ["auto"]}, 200)
    info = desk.look("/key/info", key=user["labelled"])["info"]
    assert (info["metadata"]["note"], info["metadata"]["signalbox"]) == ("b", SMALL_ONLY["signalbox"])


def test_an_admin_can(desk: Desk, user: dict[str, str]) -> None:
    desk.admin("/key/update", key=user["labelled"], metadata={"signalbox": {"max_tier": "frontier"}})
    answer = desk.ask(user["labelled"], HARD)
    assert answer.headers["x-signalbox-tier"] == "frontier"


def test_an_unknown_key_gets_litellms_401(desk: Desk) -> None:
    desk.api("POST", "/key/update", "sk-nobody", {"key": "sk-x", "metadata": {}}, 401)
