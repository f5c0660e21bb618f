"""Makes the ONNX files of all-MiniLM-L6-v2 from its weights: BERT, mean pooling and L2 norm in one graph.

Knows: BERT's layers (https://arxiv.org/abs/1810.04805) and ONNX operators. Does not know: tokens, serving. Written
once, at ``make install`` or at the first use, and replaced at once, so that nobody reads a part of one. Two of them:
the weights as they are, for callers, whose vectors then are those of the original; and in 8 bits, in half the time, for
what is indexed (a vector's cosine to the original's is above 0.95, tested; what that costs a search: ``evaluate``).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.common.telemetry import switch_off
from services.retrieval.minilm.weights import SHA256, checked_weights, model_folder

LAYERS, HEADS, HEAD_SIZE = 6, 12, 32
SIZE = HEADS * HEAD_SIZE
OPSET, IR_VERSION = 20, 10
EPSILON = 1e-12
FAR_BELOW = -1e4
"""Added to the attention scores of padding."""

EXACT = f"minilm-{SHA256[:12]}.onnx"
QUICK = f"minilm-int8-{SHA256[:12]}.onnx"


def onnx_file(state: Path, name: str = EXACT) -> Path:
    """A converted model, ``EXACT`` or ``QUICK``: that of the installation, else one under the state directory, made
    where there is none. Raises WeightsError or OSError."""
    shared, own = installed_folder(), state / "retrieval"
    for folder in (shared, own):
        if (folder / name).exists():
            return folder / name
    try:
        convert(shared)
    except OSError:  # an installation that may only be read
        convert(own)
        return own / name
    return shared / name


def installed_folder() -> Path:
    """Beside the packages, shared by every state directory of this installation."""
    return Path(sys.prefix) / "share" / "signalbox"


def convert(folder: Path) -> None:
    """Writes both models into ``folder``. Raises WeightsError or OSError."""
    switch_off(os.environ)
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = build(checked_weights(model_folder() / "model.safetensors"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".minilm.", dir=folder) as made:
        exact, quick = Path(made) / EXACT, Path(made) / QUICK
        exact.write_bytes(model.SerializeToString())
        # The words' own vectors stay as they are: looking them up costs nothing.
        quantize_dynamic(exact, quick, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8)
        for file in (quick, exact):
            file.chmod(0o644)
            file.replace(folder / file.name)


def build(weights: Mapping[str, NDArray[np.float32]]) -> Any:
    """An ``onnx.ModelProto``: int64 ``input_ids`` and ``attention_mask`` [batch, tokens] -> float32 ``embedding``
    [batch, 384], of length 1."""
    from onnx import TensorProto, checker, helper

    graph = _Graph(weights)
    graph.pool(graph.encode())
    tokens = [helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "s"]) for n in ("input_ids", "attention_mask")]
    out = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", SIZE])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "minilm", tokens, [out], graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    checker.check_model(model)
    return model


class _Graph:
    """Nodes and constants, added one after the other; each step returns the name of its output."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self._weights = weights
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._mask = ""

    def encode(self) -> str:
        """The last hidden state [batch, tokens, 384]."""
        self._mask = self._op("Cast", "attention_mask", to=1)
        hidden = self._embed()
        absent = self._op("Sub", self._number(1.0), self._op("Unsqueeze", self._mask, self._whole([1, 2])))
        bias = self._op("Mul", absent, self._number(FAR_BELOW))
        for layer in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, bias)
        return hidden

    def pool(self, hidden: str) -> None:
        """Mean over the tokens that are no padding, then length 1, as ``embedding``."""
        mask = self._op("Unsqueeze", self._mask, self._whole([2]))
        total = self._op("ReduceSum", self._op("Mul", hidden, mask), self._whole([1]), keepdims=0)
        mean = self._op("Div", total, self._op("ReduceSum", mask, self._whole([1]), keepdims=0))
        length = self._op("ReduceL2", mean, self._whole([1]), keepdims=1)
        self._op("Div", mean, length, output="embedding")

    def _embed(self) -> str:
        tokens = self._op("Gather", self._op("Shape", "input_ids"), self._whole(1))
        places = self._op("Range", self._whole(0), tokens, self._whole(1))
        words = self._op("Gather", self._weight("embeddings.word_embeddings.weight"), "input_ids")
        at = self._op("Gather", self._weight("embeddings.position_embeddings.weight"), places)
        kind = self._constant(self._weights["embeddings.token_type_embeddings.weight"][0])
        return self._norm("embeddings.LayerNorm", self._op("Add", self._op("Add", words, at), kind))

    def _layer(self, at: str, hidden: str, bias: str) -> str:
        query = self._head(hidden, f"{at}attention.self.query", [0, 2, 1, 3])
        key = self._head(hidden, f"{at}attention.self.key", [0, 2, 3, 1])
        value = self._head(hidden, f"{at}attention.self.value", [0, 2, 1, 3])
        scores = self._op("Mul", self._op("MatMul", query, key), self._number(HEAD_SIZE**-0.5))
        weights = self._op("Softmax", self._op("Add", scores, bias), axis=-1)
        mixed = self._op("Transpose", self._op("MatMul", weights, value), perm=[0, 2, 1, 3])
        joined = self._op("Reshape", mixed, self._whole([0, 0, SIZE]))
        attended = self._op("Add", hidden, self._linear(f"{at}attention.output.dense", joined))
        hidden = self._norm(f"{at}attention.output.LayerNorm", attended)
        inner = self._op("Gelu", self._linear(f"{at}intermediate.dense", hidden))
        return self._norm(f"{at}output.LayerNorm", self._op("Add", hidden, self._linear(f"{at}output.dense", inner)))

    def _head(self, hidden: str, name: str, order: list[int]) -> str:
        split = self._op("Reshape", self._linear(name, hidden), self._whole([0, 0, HEADS, HEAD_SIZE]))
        return self._op("Transpose", split, perm=order)

    def _linear(self, name: str, value: str) -> str:
        turned = self._constant(self._weights[f"{name}.weight"].T)
        return self._op("Add", self._op("MatMul", value, turned), self._weight(f"{name}.bias"))

    def _norm(self, name: str, value: str) -> str:
        scale, shift = self._weight(f"{name}.weight"), self._weight(f"{name}.bias")
        return self._op("LayerNormalization", value, scale, shift, axis=-1, epsilon=EPSILON)

    def _op(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        from onnx import helper

        name = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def _weight(self, name: str) -> str:
        return self._constant(self._weights[name])

    def _number(self, value: float) -> str:
        return self._constant(np.array(value, np.float32))

    def _whole(self, value: int | list[int]) -> str:
        return self._constant(np.array(value, np.int64))

    def _constant(self, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name


if __name__ == "__main__":
    print(onnx_file(Path(".signalbox")).parent)
