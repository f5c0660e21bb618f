"""Makes unstructured work on a machine with no way out: no telemetry, no download of a language model.

Knows: what unstructured asks for. Does not know: its partitioners. Without this it tries to fetch a spaCy model, and on
some paths answers an empty list instead of an error.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from services.common.telemetry import switch_off


def prepare() -> None:
    """Call before the first partitioner."""
    switch_off(os.environ)
    import unstructured.nlp.tokenize as tokenize

    tokenize._get_nlp = sentence_splitter


@lru_cache(maxsize=1)
def sentence_splitter() -> Any:
    """A spaCy pipeline without a model: it splits words and sentences by rules, all that is needed here."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline
