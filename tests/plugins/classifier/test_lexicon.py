from __future__ import annotations

import pytest

from plugins.classifier.lexicon import LEXICON, lexicon


def kinds(text: str) -> set[str]:
    counts = lexicon(text)[len(LEXICON) :]
    return {name for name, count in zip(LEXICON, counts, strict=True) if count}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Summarize it", "summarize"), ("Zusammenfassung bitte", "summarize"), ("résume ceci", "summarize"),
        ("übersetze das", "translate"), ("traduce esto", "translate"), ("rephrasing", "rewrite"),
        ("extrahiere alle Namen", "extract"), ("klassifiziere", "classify"), ("python", "code"),
        ("berechne die Summe", "math"), ("begründe das", "reason"), ("schreib ein Gedicht", "write"),
        ("laut Vertrag", "document"), ("how many apples", "amount"), ("hola", "social"), ("warum", "knowledge"),
    ],
)  # fmt: skip
def test_one_number_for_all_languages(text: str, kind: str) -> None:
    assert kind in kinds(text)


def test_short_beginnings_are_whole_words() -> None:
    assert "social" in kinds("hi")
    assert "social" not in kinds("hiking")


def test_the_opening_counts_apart() -> None:
    early, late = lexicon("summarize a b c d e f"), lexicon("a b c d e f summarize")
    place = LEXICON.index("summarize")
    assert (early[place], late[place]) == (1, 0)
    assert early[len(LEXICON) + place] == late[len(LEXICON) + place] == 0.25


def test_nothing_in_nothing() -> None:
    assert lexicon("").sum() == 0
    assert lexicon("").shape == (2 * len(LEXICON),)
