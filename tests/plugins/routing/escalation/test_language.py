"""Cases of ``language``."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked
from plugins.routing.escalation.language import language

EN = "Please tell me how photosynthesis works in green plants, step by step."
RU = "Фотосинтез это процесс, при котором растения превращают свет в энергию."
DE = "Photosynthese ist ein Vorgang, bei dem Pflanzen Licht in Energie umwandeln."
ZH = "光合作用是植物将光能转化为化学能的过程，需要水和二氧化碳。"


@pytest.mark.parametrize(
    ("text", "intent", "answer", "why"),
    [
        (EN, "question", EN, None),
        (EN, "question", RU, "wrong_language"),
        (EN, "question", ZH, "wrong_language"),
        (RU, "question", EN, "wrong_language"),
        (ZH, "question", EN, "wrong_language"),
        (EN, "question", DE, None),  # one script: not told apart
        (EN + " Answer in Russian.", "question", RU, None),
        (EN, "translation", RU, None),
        (EN + " " + RU, "question", RU, None),
        ("Hi", "smalltalk", RU, None),
        (RU, "question", "```\n" + EN + "\n```", None),
    ],
)
def test_language(text: str, intent: str, answer: str, why: str | None) -> None:
    assert language(Asked(text=text, intent=intent), Answer(answer)) == why
