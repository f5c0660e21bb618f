"""Versions are kept in order, once each, and a diff shows no credential."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.supervisor.history import History, NoVersionError, diff, sha256


def add(history: History, text: str, who: str = "anna") -> int:
    return history.add(text, at="2026-01-02T03:04:05+00:00", who=who, changes=("x changed",)).number


def test_each_version_once_and_in_order(tmp_path: Path) -> None:
    history = History(tmp_path / "config")
    assert history.versions() == []
    assert [add(history, text) for text in ("a: 1\n", "a: 2\n", "a: 2\n", "a: 1\n")] == [1, 2, 2, 3]
    assert [v.number for v in History(tmp_path / "config").versions()] == [1, 2, 3]
    assert history.versions()[2].sha256 == sha256("a: 1\n")
    assert history.versions()[0].who == "anna"
    assert history.text(2) == "a: 2\n"
    assert (tmp_path / "config").stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "config").iterdir()} == {0o600}


def test_a_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    history = History(tmp_path)
    add(history, "a: 1\n")
    with (tmp_path / "index.jsonl").open("a") as index:
        index.write('{"number": 2, "at"')
    assert [v.number for v in history.versions()] == [1]


def test_a_version_that_is_not_there(tmp_path: Path) -> None:
    history = History(tmp_path)
    with pytest.raises(NoVersionError, match="none was applied yet"):
        history.text(4)
    add(history, "a: 1\n")
    with pytest.raises(NoVersionError, match="there is no version 4: there are 1 to 1"):
        history.text(4)


def test_a_diff_hides_credentials_and_shows_that_they_changed() -> None:
    old = 'api_key: sk-one\nmax_tokens: 5\ninput_cost_per_token: 1.0e-6\n- {password: "p w", model: a}\n'
    new = 'api_key: sk-two\nmax_tokens: 6\ninput_cost_per_token: 2.0e-6\n- {password: "p w", model: b}\n'
    found = diff(old, new, "1", "2")
    for hidden in ("sk-one", "sk-two", "p w"):
        assert hidden not in found
    assert found.count("api_key: (hidden ") == 2
    for shown in ("-max_tokens: 5", "+max_tokens: 6", "-input_cost_per_token: 1.0e-6", "model: b"):
        assert shown in found
    named = "api_key: os.environ/OPENAI_API_KEY\n"
    assert "os.environ/OPENAI_API_KEY" in diff("", named, "1", "2")
    assert diff(old, old, "1", "2") == ""
