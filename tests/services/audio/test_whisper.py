"""The real whisper.cpp on the tiny model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.audio.engine import Samples, Wish
from services.audio.whisper import Whisper
from tests.support.tiny_whisper import SENTENCE


@pytest.fixture(scope="module")
def whisper(models_dir: Path) -> Iterator[Whisper]:
    engine = Whisper(models_dir / "ggml-tiny.bin", threads=1)
    yield engine
    engine.close()


def _never() -> bool:
    return False


def test_it_hears_the_sentence_with_times_tokens_and_words(whisper: Whisper, samples: Samples) -> None:
    heard = whisper.hear(samples, Wish(language="en", words=True), _never)
    (segment,) = heard.segments
    assert segment.text.strip() == SENTENCE
    assert 0 <= segment.start < segment.end
    assert len(segment.tokens) == len(SENTENCE.split())
    assert -0.1 < segment.avg_logprob <= 0
    assert [word.text for word in segment.words] == SENTENCE.split()
    assert all(a.start <= a.end <= b.end for a, b in zip(segment.words, segment.words[1:], strict=False))
    assert heard.language == "en"


def test_the_language_is_found_where_it_is_not_given(whisper: Whisper, samples: Samples) -> None:
    assert whisper.hear(samples, Wish(language="de"), _never).language == "de"
    assert len(whisper.hear(samples, Wish(), _never).language) in (2, 3)


def test_a_prompt_reaches_the_decoder_and_is_gone_with_the_next_request(whisper: Whisper, samples: Samples) -> None:
    told = whisper.hear(samples, Wish(language="en", prompt="nine tiny"), _never)
    assert told.segments[0].text.strip() != SENTENCE  # what the tiny model says depends on the place alone
    assert whisper.hear(samples, Wish(language="en"), _never).segments[0].text.strip() == SENTENCE


def test_a_very_short_recording_and_translation_work(whisper: Whisper) -> None:
    heard = whisper.hear(np.zeros(160, np.float32), Wish(language="de", translate=True), _never)
    assert heard.segments[0].text.strip() == SENTENCE


def test_it_stops_when_told(whisper: Whisper, samples: Samples) -> None:
    assert whisper.hear(samples, Wish(language="en"), lambda: True).segments == ()
