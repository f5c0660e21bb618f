"""Targets: named hosts with their keys, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plugins.routing.types import DataClass
from services.egress.targets import TargetFile, read_added, read_targets


def one(**changes: Any) -> dict[str, Any]:
    made = {"base": "https://api.example/v1", "zone": "cloud", "highest": "public", "style": "bearer", "key": "sk-x"}
    return {"targets": {"id": {**made, **changes}}}


@pytest.mark.parametrize(
    ("style", "header"),
    [
        ("bearer", {"authorization": "Bearer sk-x"}),
        ("x-api-key", {"x-api-key": "sk-x"}),
        ("api-key", {"api-key": "sk-x"}),
        ("x-goog-api-key", {"x-goog-api-key": "sk-x"}),
    ],
)
def test_each_provider_gets_its_key_its_way(style: str, header: dict[str, str]) -> None:
    target = read_targets(one(style=style), {})["id"]
    assert target.headers == header
    assert (target.origin, target.prefix, target.host) == ("https://api.example", "/v1", "api.example")
    assert target.highest is DataClass.PUBLIC
    assert "sk-x" not in repr(target)


def test_keys_come_from_the_environment() -> None:
    said = one(key="os.environ/MINE", headers={"X-Title": "os.environ/T", "a": "b"})
    assert read_targets(said, {"MINE": "k", "T": "t"})["id"].headers == {
        "x-title": "t",
        "a": "b",
        "authorization": "Bearer k",
    }
    assert read_targets(said, {})["id"].headers == {"a": "b"}


@pytest.mark.parametrize(
    "changes",
    [
        {"base": "ftp://x"},
        {"base": "https://"},
        {"base": "https://user@host/v1"},
        {"base": "https://host/v1?x=1"},
        {"highest": "publik"},
        {"style": "cookie"},
    ],
)
def test_a_wrong_target_is_no_target(changes: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        read_targets(one(**changes), {})


def test_the_file_is_followed_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "egress.json"
    targets = TargetFile(path, {})
    assert (targets.get("id"), targets.loaded) == (None, False)
    path.write_text(json.dumps(one()))
    assert targets.get("id") is not None
    path.write_text("{")
    assert targets.get("id") is not None
    path.write_text('{"targets": {}}')
    assert (targets.get("id"), targets.loaded) == (None, True)
    path.unlink()
    assert (targets.get("id"), targets.loaded) == (None, False)


RULES = {"hosts": ["api.example"], "zones": {"cloud": "public", "site": "internal", "local": "restricted"}}


@pytest.mark.parametrize(
    ("changes", "highest"),
    [
        ({}, DataClass.PUBLIC),
        ({"highest": "restricted"}, DataClass.PUBLIC),
        ({"zone": "site", "highest": "restricted"}, DataClass.INTERNAL),
        ({"zone": "nowhere"}, DataClass.PUBLIC),
        ({"zone": "local"}, None),
        ({"base": "https://evil.example/v1"}, None),
        ({"base": "https://evil.example/v1?api.example"}, None),
        ({"base": "https://api.example.evil.example"}, None),
    ],
)
def test_what_the_gateway_added_is_held_to_the_operators_rules(changes: Any, highest: DataClass | None) -> None:
    made = read_added(one(**changes), RULES)
    assert (made["id"].highest if made else None) is highest


def test_what_the_gateway_added_can_name_no_secret_and_replace_no_target(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**one(), **RULES}))
    mine = {"id": one(key="sk-evil")["targets"]["id"], "new": one(key="os.environ/SECRET")["targets"]["id"]}
    (tmp_path / "b.json").write_text(json.dumps({"targets": mine}))
    file = TargetFile(tmp_path / "a.json", {"SECRET": "s"}, tmp_path / "b.json")
    declared, new = file.get("id"), file.get("new")
    assert declared is not None
    assert declared.headers == {"authorization": "Bearer sk-x"}
    assert new is not None
    assert new.headers == {}
    (tmp_path / "b.json").unlink()
    assert file.get("new") is None
    (tmp_path / "b.json").write_text("{broken")
    assert file.get("id") is not None
