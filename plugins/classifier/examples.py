"""Everything that a model is trained on: rows of operators, the hand-written corpus, generated texts, passages.

Knows: where examples come from and which of them are compared with each other. Does not know: features, training.
"""

from __future__ import annotations

from collections.abc import Sequence

from plugins.classifier.corpus import Example, load_corpus, without_near_duplicates
from plugins.classifier.generate import generate
from plugins.classifier.passages import passages
from plugins.classifier.problems import problems


def training_examples(added: Sequence[Example] = (), *, seed: int = 1, scale: float = 1.0) -> tuple[Example, ...]:
    """``added`` first, so that it wins over a near-duplicate of ours. Passages are not compared: one text under several
    asks is what they are for. ``scale``: how many generated ones; 0 takes none."""
    alone = without_near_duplicates([*added, *load_corpus(), *generate(seed, scale), *problems(seed, scale)])
    return (*alone, *passages(seed, scale))
