from __future__ import annotations

import pytest

from plugins.routing.config.lines import BrokenYamlError, read_yaml
from plugins.routing.config.problems import Findings

TEXT = """\
a:
  b: [1,
      2]
c:
  - x: 1
    y: {z: 3}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 1),
        (("a", "b"), 2),
        (("a", "b", 1), 3),
        (("c", 0, "x"), 5),
        (("c", 0, "y", "z"), 6),
        (("c", 0, "y", "missing"), 6),
        (("nowhere",), 1),
    ],
)
def test_each_value_has_its_line_or_its_parents(path: tuple[str | int, ...], line: int) -> None:
    assert read_yaml(TEXT, Findings()).line(path) == line


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [1\nb: 2", 2, "not valid YAML"),
        ("a:\n\tb: 1", 2, "spaces, not tabs"),
        ("a: b: c", 1, "indentation"),
        ("x: 1\ny: \x00", 2, "control character"),
        ("a: &x [*x]", 1, "alias contains itself"),
        ("a: 1\nb: *nope", 2, "undefined alias"),
        ("a: 2026-99-99", 1, "month"),
        ("a: 1\nb: !!python/object:os.system 3", 2, "tag"),
        ("a: 1\n---\nb: 2", 2, "document"),
        ("[" * 5000, 1, "deep"),
    ],
)
def test_broken_text(text: str, line: int, words: str) -> None:
    with pytest.raises(BrokenYamlError, match=words) as caught:
        read_yaml(text, Findings())
    assert caught.value.line == line


def test_duplicate_keys_are_reported_at_the_second() -> None:
    findings = Findings()
    read_yaml("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n", findings)
    assert findings.errors == [
        (("a",), "duplicate key (first on line 1)"),
        (("b", "c"), "duplicate key (first on line 3)"),
    ]


def test_merge_keys_and_aliases_are_no_duplicates_and_stay_linear() -> None:
    findings = Findings()
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
    document = read_yaml(bomb + "base: &b {k: 1}\nother:\n  <<: *b\n  k: 2\n", findings)
    assert document.data["other"] == {"k": 2}
    assert len(document.lines) < 500
    assert findings.errors == []


def test_empty_text_is_none() -> None:
    assert read_yaml("# nothing\n", Findings()).data is None
