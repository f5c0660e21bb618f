import numpy as np
import pytest

from plugins.detectors.lexicon import Lexicon
from plugins.detectors.names.artefact import load_model
from plugins.detectors.names.model import from_bytes, softmax, stacked, to_bytes
from plugins.detectors.names.tokens import LABELS, tokens

MODEL = load_model()[0]
WORDS = tokens("My name is Margaret Thornton and I live at 12 Oak Lane, Oslo.")[0]


def test_probabilities_of_each_token() -> None:
    found = MODEL.probabilities(WORDS)
    assert found.shape == (len(WORDS), len(LABELS))
    assert np.allclose(found.sum(axis=1), 1, atol=1e-4)
    named = dict(zip(WORDS, (LABELS[i] for i in found.argmax(axis=1)), strict=True))
    assert named["Margaret"] == named["Thornton"] == "person"
    assert named["Oak"] == "street_address"
    assert named["name"] == "O"


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_short_texts(count: int) -> None:
    assert MODEL.probabilities(WORDS[:count]).shape == (count, len(LABELS))


def test_what_is_judged_alone_is_what_the_whole_computation_says() -> None:
    plain = " so the report is late again and nobody in the office knows why that is" * 3
    lexicon = Lexicon()
    for text in ("My name is Margaret Thornton and I live at 12 Oak Lane, Oslo.", "Ask Dr. Okonkwo.", plain):
        reading = lexicon.read(plain + ". " + text + plain)
        numbers, _ = reading.tokens()
        at, probable = MODEL.judged(numbers, reading)
        whole = MODEL.probabilities([reading.generation.names[n] for n in numbers])
        assert np.flatnonzero(whole[:, 0] < 0.5).tolist() == at[probable[:, 0] < 0.5].tolist()
        assert np.allclose(whole[at], probable, atol=0.02)


def test_the_same_after_the_lexicon_forgot_its_words() -> None:
    lexicon = Lexicon()

    def found() -> list[float]:
        reading = lexicon.read("My name is Margaret Thornton.")
        return MODEL.judged(reading.tokens()[0], reading)[1].ravel().tolist()

    before = found()
    for start in range(0, 60_000, 112_000):
        reading = lexicon.read(" ".join(f"w{chr(97 + n % 26)}{n}" for n in range(start, start + 2_000)))
        MODEL.judged(reading.tokens()[0], reading)
    assert np.allclose(found(), before, atol=1e-5)


def test_bytes_and_back() -> None:
    again = from_bytes(to_bytes(MODEL))
    assert np.allclose(again.probabilities(WORDS), MODEL.probabilities(WORDS), atol=0.02)
    assert again.gazetteer == MODEL.gazetteer


def test_softmax_leaves_its_input_as_it_is() -> None:
    for shape in ((1, len(LABELS)), (7, len(LABELS))):
        scores = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        assert np.allclose(softmax(scores).sum(axis=1), 1)
        assert np.array_equal(scores, np.arange(np.prod(shape), dtype=np.float32).reshape(shape))


def test_the_second_stage_reads_neighbors() -> None:
    first = np.zeros((4, len(LABELS)), np.float32)
    first[1, 3] = 9
    rows = stacked(first, softmax(first), np.array([0, 2, 3]))
    width = len(LABELS)
    assert rows.shape == (3, width * 5 + width * width * 2)
    assert not np.array_equal(rows[0], rows[2])
    assert np.allclose(softmax(first).sum(axis=1), 1)
