from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from services.console.rendering import (
    clock,
    day,
    duration,
    environment,
    iso,
    milliseconds,
    number,
    path_part,
    percent,
    percent1,
    render,
    usd,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.42, "0.4 ms"), (9.96, "10.0 ms"), (12, "12 ms"), (999, "999 ms"), (2140, "2.1 s")],
)
def test_milliseconds(value: float | None, shown: str) -> None:
    assert milliseconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0, "0%"), (0.004, "<1%"), (0.5, "50%"), (0.996, ">99%"), (1, "100%"), (0.99, "99%")],
)
def test_percent(value: float | None, shown: str) -> None:
    assert percent(value) == shown


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (None, None, "–"),
        (0, None, "$0.00"),
        (1234.567, None, "$1,234.57"),
        (0.5, None, "$0.5000"),
        (0.0012346, None, "$0.001235"),
        (-3.2, None, "−$3.20"),
        (1.5, 4, "$1.5000"),
        (-1e-9, 4, "$0.0000"),
    ],
)
def test_dollars(value: float | None, digits: int | None, shown: str) -> None:
    assert usd(value, digits) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0, "–"), (12, "12.0 s"), (1878, "31.3 min"), (20_000, "5.6 h"), (9e6, "2,500.0 h")],
)
def test_duration(value: float | None, shown: str) -> None:
    assert duration(value) == shown


def test_percent_with_a_digit() -> None:
    assert (percent1(None), percent1(0.1234)) == ("–", "12.3%")


def test_times_are_utc() -> None:
    assert (clock(3661), day(3661), iso(3661)) == ("01:01:01", "1970-01-01", "1970-01-01T01:01:01.000+00:00")


def test_numbers_and_paths() -> None:
    assert number(100_000) == "100,000"
    assert path_part("a/b?<x>") == "a%2Fb%3F%3Cx%3E"


def test_everything_is_escaped_and_a_missing_name_is_an_error() -> None:
    template = environment().from_string("{{ x }}")
    assert template.render(x="<b>&\"'") == "&lt;b&gt;&amp;&#34;&#39;"
    with pytest.raises(UndefinedError):
        render("problem.html", session=None)


def test_a_hint_marks_commands_and_escapes_both() -> None:
    hint = environment().from_string('{% import "macros.html" as m %}{{ m.hint(x) }}')
    assert hint.render(x="<a> `b <c>` d") == "&lt;a&gt; <code>b &lt;c&gt;</code> d"


def test_no_template_has_inline_script_style_or_turns_escaping_off() -> None:
    loader = environment().loader
    assert loader is not None
    for name in loader.list_templates():
        source = loader.get_source(environment(), name)[0]
        found = [
            word
            for word in ("style=", "onclick", "<style", "| safe", "|safe", "autoescape", "http:", "https:", "//cdn")
            if word in source
        ]
        assert not found, (name, found)
        assert source.count("<script") == source.count("<script src="), name
