import re

from plugins.detectors.names.generate import Generator
from plugins.detectors.names.pools import Pools
from plugins.detectors.names.tokens import LABELS


def test_sentences_are_labelled_and_repeatable(pools: Pools) -> None:
    one = list(Generator(3, pools).sentences(400, ["a plain sentence"]))
    assert one == list(Generator(3, pools).sentences(400, ["a plain sentence"]))
    spans = [(s, made.text[s.start : s.end]) for made in one for s in made.spans]
    assert {s.type for s, _ in spans} == set(LABELS[1:])
    assert all(text.strip() for _, text in spans)
    assert sum(not made.spans for made in one) > 60


def test_no_choice_is_left_open(pools: Pools) -> None:
    assert not [m.text for m in Generator(4, pools).sentences(400, []) if re.search(r"\[[^\]]*\|", m.text) and m.spans]
