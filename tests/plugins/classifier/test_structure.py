from __future__ import annotations

import pytest

from plugins.classifier.structure import STRUCTURE, structure


def numbers(text: str) -> dict[str, float]:
    return dict(zip(STRUCTURE, structure(text, text, "").tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("fence", "look\n```\nx\n```"),
        ("code_line", "def f(x):\n    return x"),
        ("calls", "print(x)"),
        ("bars", "| a | b |"),
        ("tabs", "a\tb"),
        ("csv_line", "a,b,c"),
        ("clock_times", "at 10:45 sharp"),
        ("operations", "3 + 4"),
        ("math_signs", "x² ≥ 0"),
        ("money", "it costs $5"),
        ("mail", "Dear Bob,\nhello"),
        ("quoted_line", "> quoted"),
        ("list_item", "- one\n- two"),
        ("ends_question", "is it?"),
        ("opens_question", "Please, what is it"),
        ("ends_colon", "as follows:"),
        ("verb_process", "please summarize it"),
        ("verb_make", "Write a poem"),
        ("verb_think", "Berechne das"),
        ("one_word", "hello"),
        ("non_ascii", "über"),
    ],
)
def test_a_mark_is_seen_where_it_is_and_not_in_plain_prose(name: str, text: str) -> None:
    assert numbers(text)[name] > 0
    assert numbers("the cat sat on a mat")[name] == 0


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "x" * 50_000])
def test_numbers_stay_in_range(text: str) -> None:
    found = structure(text, text, "")
    assert found.shape == (len(STRUCTURE),)
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.parametrize("pause", ["\n", "\n" * 60])
def test_few_lines_are_looked_at_as_many_are(pause: str) -> None:
    """Two ways of looking, one count: 60 empty lines more make the whole text be searched."""
    code, mail, lists = ("def f(x):", "    return x", "  }"), ("From: ann", "Dear Bob,"), (" - one", "12) two")
    lines = (*code, *mail, "> said", *lists, "a,b,c", "a,,c", "x")
    marks = structure(pause.join(lines), "", "")[:5]
    assert marks.tolist() == pytest.approx([0.5 * n / 5 for n in (3, 2, 1, 2, 1)])
