"""Vectors of texts: meaning, batches, windows."""

from __future__ import annotations

import numpy as np

from services.retrieval.minilm.encoder import BATCH_ROWS, BATCH_TOKENS, WINDOW, Encoder, _batches, normalized


def test_like_texts_are_near(encoder: Encoder) -> None:
    made = encoder.encode(["A cat sits on the mat", "A kitten rests on a rug", "Quarterly revenue rose"])
    likeness = made.vectors @ made.vectors.T
    assert np.allclose(np.diag(likeness), 1, atol=1e-5)
    assert likeness[0, 1] > 0.5 > 0.2 > likeness[0, 2]
    assert made.tokens == (8, 8, 5)


def test_a_batch_gives_what_one_at_a_time_gives(encoder: Encoder) -> None:
    texts = [f"item {i} " + "of a list that grows " * (i % 9) for i in range(70)]
    together = encoder.encode(texts).vectors
    alone = np.concatenate([encoder.encode([text]).vectors for text in texts])
    assert np.allclose(together, alone, atol=1e-5)


def test_a_long_text_is_read_to_its_end(encoder: Encoder) -> None:
    filler = "The committee met and noted the report. " * 80
    asked = encoder.encode(["How do penguins keep their eggs warm?"]).vectors[0]
    made = encoder.encode([filler, filler + "Penguins keep their eggs warm on their feet. " * 20])
    assert made.tokens[0] > 2 * WINDOW
    assert made.vectors[1] @ asked > made.vectors[0] @ asked + 0.1
    assert np.allclose(np.linalg.norm(made.vectors, axis=1), 1, atol=1e-5)


def test_nothing_gives_nothing(encoder: Encoder) -> None:
    assert encoder.encode([]).vectors.shape == (0, 384)


def test_batches_are_bounded() -> None:
    lengths = [10] * 100 + [200] * 5 + [600]
    made = _batches(range(106), lengths)
    assert [i for batch in made for i in batch] == list(range(106))
    assert max(len(batch) for batch in made) <= BATCH_ROWS
    assert all(len(b) == 1 or len(b) * max(lengths[i] for i in b) <= BATCH_TOKENS for b in made)


def test_normalizing_leaves_zeros() -> None:
    assert normalized(np.array([[3, 4], [0, 0]], np.float32)).tolist() == [[np.float32(0.6), np.float32(0.8)], [0, 0]]
