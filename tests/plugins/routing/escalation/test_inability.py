"""Cases of ``inability``."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked
from plugins.routing.escalation.inability import inability, says_inability

SEES, TEXT = frozenset({"text", "image"}), frozenset({"text"})


@pytest.mark.parametrize(
    ("text", "modalities", "why"),
    [
        ("I cannot see images.", SEES, "cannot_see"),
        ("I'm unable to view the picture you attached.", SEES, "cannot_see"),
        ("I don't have the ability to directly process images.", SEES, "cannot_see"),
        ("I can’t listen to audio files.", frozenset({"text", "audio"}), "cannot_see"),
        ("I can't open attachments.", frozenset({"text", "file"}), "cannot_see"),
        ("I cannot see images.", TEXT, None),
        ("As a text-based AI model, I cannot do this.", TEXT, "cannot"),
        ("This is beyond my capabilities.", TEXT, "cannot"),
        ("I can't access live stock prices.", TEXT, None),
        ("You cannot see images in this e-mail client.", SEES, None),
        ("I see a cat.", SEES, None),
        ("I cannot see images. " + "But here is a long text. " * 40, SEES, None),
        ("", SEES, None),
    ],
)
def test_inability(text: str, modalities: frozenset[str], why: str | None) -> None:
    assert inability(Asked(modalities=modalities), Answer(text)) == why


def test_a_missing_ability_is_seen_whatever_was_asked() -> None:
    assert says_inability("I cannot view images.")
    assert not says_inability("I cannot help you.")
