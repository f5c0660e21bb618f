from __future__ import annotations

import re

from plugins.classifier.problems import problems


def test_problems_ask_for_a_quantity_and_repeat_their_own_words() -> None:
    found = problems(scale=0.3)
    assert {example.intent for example in found} == {"math"}
    assert problems(scale=0.3) == found
    assert not [e.text for e in found if re.search(r"\{[a-z]+\}", e.text)]
    assert len({example.family for example in found}) == 4
