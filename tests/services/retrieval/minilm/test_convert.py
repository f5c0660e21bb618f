"""The graph against the same arithmetic in numpy, and where its file lies."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from services.retrieval.minilm import convert
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.minilm.weights import checked_weights, model_folder

Array = NDArray[np.float32]
TEXTS = ["A cat sits on the mat.", "Quarterly revenue rose by 4% in the north, against what the board had expected."]


def reference(weights: dict[str, Array], ids: list[int]) -> Array:
    """BERT for one text, written out: no batch, no padding, the original weights."""

    def linear(x: Array, name: str) -> Array:
        return np.asarray(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"])

    def norm(x: Array, name: str) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return np.asarray(scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"])

    e = "embeddings."
    x = weights[e + "word_embeddings.weight"][ids] + weights[e + "position_embeddings.weight"][: len(ids)]
    x = norm(x + weights[e + "token_type_embeddings.weight"][0], e + "LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}."
        q, k, v = (
            linear(x, f"{at}attention.self.{n}").reshape(len(ids), 12, 32).transpose(1, 0, 2)
            for n in ("query", "key", "value")
        )
        scores = np.exp(q @ k.transpose(0, 2, 1) / math.sqrt(32))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ v
        y = mixed.transpose(1, 0, 2).reshape(len(ids), 384)
        x = norm(x + linear(y, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
        inner = linear(x, f"{at}intermediate.dense")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        x = norm(x + linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")
    mean = x.mean(0)
    return np.asarray(mean / np.linalg.norm(mean))


def test_the_graph_computes_what_the_weights_say(encoder: Encoder, quick: Encoder) -> None:
    weights = checked_weights(model_folder() / "model.safetensors")
    wanted = np.stack([reference(weights, [101, *found.ids, 102]) for found in encoder.tokenize(TEXTS)])
    assert np.abs(encoder.encode(TEXTS).vectors - wanted).max() < 1e-5
    assert (quick.encode(TEXTS).vectors * wanted).sum(1).min() > 0.95


def test_the_installations_files_are_shared_and_a_folder_that_may_only_be_read_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def write(folder: Path) -> None:
        asked.append(folder)
        if folder == shared:
            raise PermissionError(folder)
        folder.mkdir(parents=True)
        (folder / convert.EXACT).touch()

    shared, own = tmp_path / "prefix", tmp_path / "state" / "retrieval"
    monkeypatch.setattr(convert, "installed_folder", lambda: shared)
    monkeypatch.setattr(convert, "convert", write)
    assert convert.onnx_file(tmp_path / "state") == own / convert.EXACT
    assert asked == [shared, own]
    assert convert.onnx_file(tmp_path / "state") == own / convert.EXACT
    assert len(asked) == 2
    shared.mkdir()
    (shared / convert.EXACT).touch()
    assert convert.onnx_file(tmp_path / "state") == shared / convert.EXACT


def test_a_conversion_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def SerializeToString(self) -> bytes:  # noqa: N802 - onnx's name
            raise OSError("no space")

    monkeypatch.setattr(convert, "build", lambda _: Broken())
    with pytest.raises(OSError, match="no space"):
        convert.convert(tmp_path / "made")
    assert not list((tmp_path / "made").iterdir())
