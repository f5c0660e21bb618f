from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field, model_validator

from plugins.routing.config.problems import Findings, dotted
from plugins.routing.config.reader import INVALID, read_section, word_of
from plugins.routing.config.section import Section
from plugins.routing.types import DataClass, Tier


class Inner(Section):
    count: int = Field(default=3, ge=1, le=9)


class Sample(Section):
    flag: bool = True
    ratio: float = Field(default=1.0, gt=0)
    name: str = "x"
    tier: Tier | None = None
    words: tuple[str, ...] = ("a",)
    kinds: frozenset[str] = frozenset()
    switch: Literal["sticky", "off"] = "sticky"
    zones: dict[str, DataClass] = Field(default_factory=dict)
    inner: Inner = Inner()

    @model_validator(mode="after")
    def _rule(self) -> Sample:
        if self.name == "forbidden":
            raise ValueError("a rule of the model")
        return self


def read(**values: object) -> tuple[Sample, list[str]]:
    findings = Findings()
    sample = read_section(Sample, values, (), findings)
    assert isinstance(sample, Sample)
    return sample, [f"{dotted(path)}: {message}" for path, message in findings.errors]


@pytest.mark.parametrize(
    ("key", "value", "read_as"),
    [
        ("flag", False, False),
        ("ratio", 2, 2.0),
        ("ratio", 0.5, 0.5),
        ("tier", "large", Tier.LARGE),
        ("tier", "LARGE", Tier.LARGE),
        ("tier", None, None),
        ("words", [], ()),
        ("words", ["b", "c"], ("b", "c")),
        ("kinds", ["b"], frozenset({"b"})),
        ("switch", False, "off"),  # YAML 1.1 reads a bare off as false
        ("zones", {"local": "restricted"}, {"local": DataClass.RESTRICTED}),
        ("zones", None, {}),
        ("inner", None, Inner()),
        ("inner", {"count": 9}, Inner(count=9)),
    ],
)
def test_right_values(key: str, value: object, read_as: object) -> None:
    sample, problems = read(**{key: value})
    assert problems == []
    assert getattr(sample, key) == read_as


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("flag", "yes", 'flag: must be true or false, not "yes"'),
        ("flag", 1, "flag: must be true or false, not 1"),
        ("flag", None, "flag: is empty: give true or false, or remove the key to take the default"),
        ("ratio", True, "ratio: must be a number, not true"),
        ("ratio", 0, "ratio: 0 is out of bounds (valid: more than 0)"),
        ("ratio", float("nan"), "ratio: must be a number, not nan"),
        ("name", 3, "name: must be text, not 3"),
        ("name", " ", 'name: must be text, not " "'),
        ("tier", 1, "tier: unknown tier 1 (valid: instant, small, large, frontier)"),
        ("words", "b", 'words: must be a list such as [b], not "b"'),
        ("words", [1], "words[0]: must be text, not 1"),
        ("switch", True, 'switch: unknown value "on" (valid: sticky, off)'),
        ("zones", ["a"], "zones: must be a mapping of keys, not a list"),
        ("zones", {1: "public"}, "zones.1: the key 1 must be text: put it in quotes"),
        ("zones", {"a": "secret"}, 'zones.a: unknown data class "secret" (valid: public, internal, restricted)'),
        ("inner", {"count": 1.5}, "inner.count: must be a whole number, not 1.5"),
        ("inner", {"count": 10}, "inner.count: 10 is out of bounds (valid: at least 1, at most 9)"),
        ("inner", 3, "inner: must be a mapping of keys, not 3"),
        ("inner", {"cuont": 1}, 'inner.cuont: unknown key "cuont" (valid: count); did you mean "count"?'),
        ("name", "forbidden", ": Value error, a rule of the model"),
    ],
)
def test_wrong_values(key: str, value: object, problem: str) -> None:
    _, problems = read(**{key: value})
    assert problems == [problem]


def test_one_wrong_part_does_not_hide_another() -> None:
    sample, problems = read(flag=1, inner={"count": 0}, zones={"a": "x"}, name="kept")
    assert len(problems) == 3
    assert sample.name == "kept"
    assert "a" in sample.zones


def test_word_of() -> None:
    assert word_of(DataClass, "Internal") is DataClass.INTERNAL
    assert word_of(DataClass, "nope") is INVALID
    assert word_of(DataClass, None) is INVALID
