"""The pinned weights and the format that they come in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from services.retrieval.minilm.weights import WeightsError, checked_weights, model_folder, read_safetensors


def test_the_installed_weights_are_the_pinned_ones() -> None:
    weights = checked_weights(model_folder() / "model.safetensors")
    assert weights["embeddings.word_embeddings.weight"].shape == (30522, 384)
    assert sum(name.endswith("intermediate.dense.weight") for name in weights) == 6


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="not the pinned one"):
        checked_weights(tmp_path / "model.safetensors")


def test_float_tensors_are_read_and_others_left_out() -> None:
    numbers = np.arange(6, dtype="<f4").reshape(2, 3)
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
            "b": {"dtype": "I64", "shape": [1], "data_offsets": [24, 32]},
        }
    ).encode()
    read = read_safetensors(len(header).to_bytes(8, "little") + header + numbers.tobytes() + bytes(8))
    assert list(read) == ["a"]
    assert read["a"].tolist() == numbers.tolist()
