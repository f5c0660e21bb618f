from __future__ import annotations

import numpy as np
import pytest

from plugins.skills.fields import FieldModel, features, fields_from_bytes, fields_to_bytes, tokens
from plugins.skills.model import Skill


def test_tokens_keep_numbers_and_mails_whole() -> None:
    text = "Pay 1,200.50 to a.b@example.org!"
    assert [text[a:b] for a, b in tokens(text)] == ["Pay", "1,200.50", "to", "a.b@example.org", "!"]
    assert tokens("") == []


def test_each_token_has_the_same_number_of_features() -> None:
    text = "Order A-12\nsent on 3 May"
    found = features(text, tokens(text))
    assert found.shape[0] == len(tokens(text))
    assert found.min() >= 0


def test_values_are_copied_from_the_text(order: Skill) -> None:
    answer = order.answer("Hi, I mean order A-4711 was to come on 9 May, where is it?")
    assert answer.fields == {"order": "A-4711", "due": "9 May"}
    assert answer.confidence > 0.5


def test_what_the_text_does_not_say_is_none(order: Skill) -> None:
    assert order.answer("It is about order A-5512 is complete, thank you.").fields == {"order": "A-5512", "due": None}
    assert order.answer("").fields == {"order": None, "due": None}


def test_the_file_gives_the_same_model_back(order: Skill) -> None:
    assert isinstance(order.model, FieldModel)
    again = fields_from_bytes(fields_to_bytes(order.model))
    text = "my order A-1234 was to come on 2 May"
    spans = tokens(text)
    assert np.allclose(again.probabilities(text, spans), order.model.probabilities(text, spans), atol=1e-3)
    with pytest.raises(ValueError, match=r"pickle|npz|file"):
        fields_from_bytes(b"nothing")
