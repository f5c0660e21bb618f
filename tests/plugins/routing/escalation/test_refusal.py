"""Refusals in many phrasings; a missing ability is none."""

from __future__ import annotations

import pytest

from plugins.routing.escalation.answer import Answer, Asked
from plugins.routing.escalation.look import look, look_early
from plugins.routing.escalation.refusal import is_refusal

REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I’m sorry, I can’t assist with that request.",
    "I cannot provide instructions for making weapons.",
    "I can't help with this image because it shows explicit content.",
    "I'm sorry, but I can't identify people in images.",
    "I cannot view files that contain malware or help to spread it.",
    "As an AI language model, I cannot engage in harmful activities.",
    "I must decline: this would violate our policy.",
    "I won't do that.",
    "I am unable to comply with this request.",
    "Unfortunately, I'm not able to create content that promotes violence.",
    "I don't feel comfortable writing this.",
    "This is beyond my capabilities, and I can't assist with illegal activities.",
    "Es tut mir leid, aber dabei kann ich nicht helfen.",
    "Je suis désolé, mais je ne peux pas vous aider.",
    "Lo siento, no puedo ayudarte con eso.",
    "抱歉，我无法提供帮助。",
)


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_never_asked_again_whatever_was_asked(text: str) -> None:
    everything = Asked(
        text="ein langer deutscher Satz", intent="coding", modalities=frozenset({"text", "image", "audio", "file"}),
        json=True, schema={"type": "object"}, tools={},
    )  # fmt: skip
    assert is_refusal(text)
    assert look(everything, [Answer(text, finish_reason="length", logprobs=(-9.0,) * 20)]) is None
    assert look_early(everything, text, ended=True) is None


@pytest.mark.parametrize("text", ["I cannot see images.", "The sky is blue.", "I am unable to view the picture.", ""])
def test_what_is_no_refusal(text: str) -> None:
    assert not is_refusal(text)
