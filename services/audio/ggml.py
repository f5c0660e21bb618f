"""Whether a ggml Whisper file is whole, without loading it.

Knows: the layout, tensor by tensor. Does not know: names, folders. whisper.cpp crashes the process on a file that ends
too early, so none is handed to it unchecked. Source of the layout: whisper.cpp, ``models/convert-pt-to-ggml.py``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

MAGIC = 0x67676D6C
_HEADER = struct.Struct("<I11i")
_BLOCKS: Mapping[int, tuple[int, int]] = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
}  # fmt: skip
"""Weights and bytes of a block, by ggml's number of the type: f32, f16, q4_0, q4_1, q5_0, q5_1, q8_0, q2_K to q6_K."""

_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Header:
    """``layers``: of the encoder. ``whole``: nothing is missing at the end, and nothing is in between."""

    vocabulary: int
    layers: int
    whole: bool


def read_header(path: Path) -> Header | None:
    """The header; None where it is no ggml Whisper model. Raises OSError. A file is walked once for each size and
    time."""
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int, size: int) -> Header | None:
    with path.open("rb") as file:
        head = file.read(_HEADER.size)
        if len(head) < _HEADER.size:
            return None
        magic, vocabulary, _, _, _, layers, *_ = _HEADER.unpack(head)
        if magic != MAGIC:
            return None
        try:
            return Header(vocabulary, layers, _walk(file, size))
        except (struct.error, ValueError):
            return Header(vocabulary, layers, False)


def _walk(file: BinaryIO, size: int) -> bool:
    mels, bins = _ints(file, 2)
    file.seek(4 * mels * bins, 1)
    for _ in range(_bounded(_ints(file, 1)[0])):
        file.seek(_bounded(_ints(file, 1)[0]), 1)
    tensors = 0
    while file.tell() < size:
        dimensions, length, kind = _ints(file, 3)
        if not 1 <= dimensions <= 4 or kind not in _BLOCKS:
            return False
        weights = math.prod(_bounded(n) for n in _ints(file, dimensions))
        per_block, block = _BLOCKS[kind]
        file.seek(_bounded(length) + weights // per_block * block, 1)
        tensors += 1
    return tensors > 0 and file.tell() == size


def _ints(file: BinaryIO, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count}i", file.read(4 * count))


def _bounded(number: int) -> int:
    if not 0 <= number <= _MOST:
        raise ValueError("out of bounds")
    return number
