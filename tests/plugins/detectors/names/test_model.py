import numpy as np
import pytest

from plugins.detectors.names.artefact import load_model
from plugins.detectors.names.model import KNOWN, from_bytes, softmax, stacked, to_bytes
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


def test_the_same_after_it_forgot_its_words() -> None:
    before = MODEL.probabilities(WORDS)
    for start in range(0, 3 * KNOWN, KNOWN // 2):
        MODEL.first([f"w{n}" for n in range(start, start + KNOWN // 2)])
    assert np.allclose(MODEL.probabilities(WORDS), before, atol=1e-5)


def test_too_many_different_words_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter pieces"):
        MODEL.first([f"w{n}" for n in range(KNOWN + 1)])


def test_bytes_and_back() -> None:
    again = from_bytes(to_bytes(MODEL))
    assert np.allclose(again.probabilities(WORDS), MODEL.probabilities(WORDS), atol=0.02)
    assert again.gazetteer == MODEL.gazetteer


def test_the_second_stage_reads_neighbors() -> None:
    first = np.zeros((4, len(LABELS)), np.float32)
    first[1, 3] = 9
    rows = stacked(first, np.array([0, 2, 3]))
    width = len(LABELS)
    assert rows.shape == (3, width * 5 + width * width * 2)
    assert not np.array_equal(rows[0], rows[2])
    assert np.allclose(softmax(first).sum(axis=1), 1)
