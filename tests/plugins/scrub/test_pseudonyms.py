import json
import random

import pytest

from plugins.scrub import pseudonyms
from plugins.scrub.pseudonyms import PLACEHOLDER, Pseudonyms, Restorer, TooManyValuesError
from tests.plugins.scrub.echo import pieces


def test_the_same_value_has_the_same_placeholder_and_a_new_one_the_next_number() -> None:
    names = Pseudonyms({"[PERSON_1]": "Anna Berg"})
    assert names.of("Anna Berg", "organization") == "[PERSON_1]"
    assert names.of("jo@acme.org", "email_address") == "[EMAIL_ADDRESS_2]"
    assert names.new == {"[EMAIL_ADDRESS_2]": "jo@acme.org"}
    assert all(PLACEHOLDER.fullmatch(p) for _, p in names.values())
    assert names.restore("[EMAIL_ADDRESS_2] is [PERSON_1]'s, not [PERSON_9]'s") == (
        "jo@acme.org is Anna Berg's, not [PERSON_9]'s"
    )


def test_a_value_inside_json_is_escaped() -> None:
    names = Pseudonyms({"[STREET_ADDRESS_1]": '12 "Oak" Lane\nOslo'})
    text = names.restore('{"to": "[STREET_ADDRESS_1]"}', escaped=True)
    assert json.loads(text) == {"to": '12 "Oak" Lane\nOslo'}


def test_a_conversation_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pseudonyms, "MAX_VALUES", 2)
    names = Pseudonyms()
    names.of("a", "person")
    names.of("b", "person")
    assert names.of("a", "person") == "[PERSON_1]"
    with pytest.raises(TooManyValuesError):
        names.of("c", "person")


@pytest.mark.parametrize("seed", range(200))
def test_pieces_cut_anywhere(seed: int) -> None:
    rng = random.Random(seed)
    names = Pseudonyms({"[PERSON_1]": "Zoë", "[US_SSN_12]": "536-22-1234"})
    parts = ["[PERSON_1]", "[US_SSN_12]", "[", "[[", "[PERSON", "[PERSON_1", "] ", "x[1]", "[A_B]", "word "]
    text = "".join(rng.choice(parts) for _ in range(rng.randint(1, 12)))
    restorer = Restorer(names)
    told = [restorer.feed(piece) for piece in pieces(text, rng)]
    assert "".join((*told, restorer.feed("", last=True))) == names.restore(text)


def test_only_what_may_become_a_placeholder_waits() -> None:
    restorer = Restorer(Pseudonyms({"[PERSON_1]": "Zoë"}))
    assert restorer.feed("see [1], or [PERS") == "see [1], or "
    assert restorer.feed("ON_1] and [x") == "Zoë and [x"
