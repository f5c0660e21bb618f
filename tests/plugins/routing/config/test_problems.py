from __future__ import annotations

import pytest

from plugins.routing.config.problems import ConfigError, Problem, dotted, nearly, shown, unknown


def test_a_problem_reads_like_a_compilers() -> None:
    problem = Problem("f.yaml", 41, "gateway.boundary.zones", "unknown data class")
    assert str(problem) == "f.yaml:41: gateway.boundary.zones: unknown data class"
    assert str(Problem("f.yaml", 1, "", "is empty")) == "f.yaml:1: is empty"
    assert str(ConfigError([problem, problem])).count("\n") == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a", "b"), "a.b"), (("model_list", 0, "x", 2), "model_list[0].x[2]"), ((1,), "[1]")],
)
def test_dotted(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        ("a", '"a"'),
        ({}, "a mapping"),
        ([], "a list"),
        ("x" * 100, '"' + "x" * 59 + '…"'),
    ],
)
def test_shown(value: object, text: str) -> None:
    assert shown(value) == text


def test_unknown_suggests_only_what_is_near() -> None:
    assert unknown("tier", "smal", ["small", "large"]).endswith('did you mean "small"?')
    assert unknown("tier", "zzz", ["small", "large"]) == 'unknown tier "zzz" (valid: small, large)'
    assert unknown("tier", None, []) == "unknown tier nothing (valid: none)"


@pytest.mark.parametrize(
    ("word", "meant", "near"),
    [
        ("teir", "tier", True),
        ("Tier", "tier", True),
        ("contextwindow", "context_window", True),
        ("modellist", "model_list", True),
        ("gatway", "gateway", True),
        ("id", "id", True),
        ("ids", "tier", False),
        ("files_settings", "general_settings", False),
        ("mode", "model_name", False),
    ],
)
def test_nearly(word: str, meant: str, near: bool) -> None:
    assert nearly(word, meant) is near
