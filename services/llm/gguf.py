"""Reads what a GGUF file says about itself, without its weights.

Knows: the header layout of GGUF versions 2 and 3 (source: docs/gguf.md in the ggml project): magic, counts, key-value
pairs, tensor descriptions. Does not know: llama.cpp, HTTP, folders (``library``).

The `gguf` package's own reader makes a Python object of every vocabulary entry, which takes seconds and hundreds of
megabytes for a real model; discovery looks every few seconds, so arrays are skipped here instead.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["chat", "completion", "embedding", "rerank", "other"]

_SCALARS: Mapping[int, str] = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
_STRING, _ARRAY = 8, 9
_MAX_KEYS, _MAX_TENSORS, _MAX_TEXT = 10_000, 1_000_000, 4 << 20
_ENCODERS = frozenset(
    {"bert", "nomic-bert", "nomic-bert-moe", "jina-bert-v2", "jina-bert-v3", "modern-bert", "t5encoder"}
)
_NOT_LANGUAGE = frozenset({"clip", "whisper", "wavtokenizer-dec", "mmproj"})
_POOLING_RANK = 4

Value = str | int | float | bool


class GgufError(ValueError):
    """The file is not a readable GGUF. The message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """A model file's own description.

    ``context_length``: tokens it was trained for, else None. ``parameters``: number of weights. ``size_label``: the
    author's word for it, e.g. ``"4B"``. ``chat_template``: whether there is one; ``tools``: whether that one speaks of
    tools. ``pooling``: GGUF's pooling number, None where absent. ``data_bytes``: bytes that header and weights must at
    least have, so that a truncated file is noticed.
    """

    name: str
    architecture: str
    kind: Kind
    context_length: int | None
    parameters: int
    size_label: str | None
    chat_template: bool
    tools: bool
    pooling: int | None
    file_type: int | None
    size_bytes: int
    needed_bytes: int

    @property
    def complete(self) -> bool:
        """False where the file ends before its last tensor does."""
        return self.size_bytes >= self.needed_bytes


class _Cursor:
    """A position in the mapped file; every read is bounds-checked by ``struct`` or here."""

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self.data = data
        self.path = path
        self.at = 0

    def number(self, form: str) -> int | float | bool:
        try:
            (value,) = struct.unpack_from(form, self.data, self.at)
        except struct.error as error:
            raise GgufError(f"{self.path}: the header is cut off at byte {self.at}") from error
        self.at += struct.calcsize(form)
        return value  # type: ignore[no-any-return]

    def count(self, form: str, most: int, what: str) -> int:
        value = int(self.number(form))
        if value > most:
            raise GgufError(f"{self.path}: {value} {what} cannot be right; the file is damaged")
        return value

    def skip(self, n: int) -> None:
        if n > len(self.data) - self.at:
            raise GgufError(f"{self.path}: the header is cut off at byte {self.at}")
        self.at += n

    def text(self) -> str:
        n = self.count("<Q", _MAX_TEXT, "bytes in one text")
        start = self.at
        self.skip(n)
        return self.data[start : self.at].decode("utf-8", "replace")

    def value(self, kind: int) -> Value | None:
        """One value; None for an array, which is skipped."""
        if kind in _SCALARS:
            return self.number(_SCALARS[kind])
        if kind == _STRING:
            return self.text()
        if kind != _ARRAY:
            raise GgufError(f"{self.path}: value type {kind} at byte {self.at} is not known; the file is damaged")
        item = self.count("<I", _STRING + 8, "as an array's type")
        n = self.count("<Q", len(self.data), "array items")
        if item in _SCALARS:
            self.skip(n * struct.calcsize(_SCALARS[item]))
        elif item == _STRING:
            self._skip_texts(n)
        else:
            raise GgufError(f"{self.path}: arrays of type {item} are not known; the file is damaged")
        return None

    def _skip_texts(self, n: int) -> None:
        # The hot loop: a vocabulary has up to 300,000 entries.
        at, data, read = self.at, self.data, struct.Struct("<Q").unpack_from
        try:
            for _ in range(n):
                at += 8 + read(data, at)[0]
        except (struct.error, OverflowError) as error:
            raise GgufError(f"{self.path}: the header is cut off inside the vocabulary") from error
        self.at = at


def read_header(path: Path) -> GgufHeader:
    """Read ``path``. Raises GgufError for anything but a GGUF version 2 or 3 of this byte order, OSError if
    unreadable."""
    size = path.stat().st_size
    if size < 24:
        raise GgufError(f"{path}: {size} bytes is too small for a GGUF file; copy or download it again")
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:4] != b"GGUF":
            raise GgufError(f"{path}: not a GGUF file (it begins with {bytes(data[:4])!r})")
        cursor = _Cursor(data, path)
        cursor.skip(4)
        version = int(cursor.number("<I"))
        if version not in (2, 3):
            raise GgufError(f"{path}: GGUF version {version} is not supported (2 and 3 are)")
        tensors = cursor.count("<Q", _MAX_TENSORS, "tensors")
        keys = cursor.count("<Q", _MAX_KEYS, "keys")
        values: dict[str, Value] = {}
        for _ in range(keys):
            key = cursor.text()
            value = cursor.value(cursor.count("<I", 1 << 31, "as a value's type"))
            if value is not None:
                values[key] = value
        parameters, last = _tensors(cursor, tensors)
        alignment = _whole(values, "general.alignment") or 32
        start = math.ceil(cursor.at / alignment) * alignment
    return _header(path, values, parameters, size, start + last)


def _tensors(cursor: _Cursor, n: int) -> tuple[int, int]:
    """(number of weights, offset of the last tensor within the data part)."""
    parameters = last = 0
    for _ in range(n):
        cursor.text()
        dimensions = cursor.count("<I", 8, "tensor dimensions")
        parameters += math.prod(int(cursor.number("<Q")) for _ in range(dimensions))
        cursor.skip(4)
        last = max(last, int(cursor.number("<Q")))
    return parameters, last


def _whole(values: Mapping[str, Value], key: str) -> int | None:
    value = values.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _header(path: Path, values: Mapping[str, Value], parameters: int, size: int, needed: int) -> GgufHeader:
    architecture = str(values.get("general.architecture", ""))
    template = values.get("tokenizer.chat_template")
    label = values.get("general.size_label")
    return GgufHeader(
        name=str(values.get("general.name") or path.stem),
        architecture=architecture,
        kind=_kind(architecture, values, isinstance(template, str) and bool(template.strip())),
        context_length=_whole(values, f"{architecture}.context_length") or None,
        parameters=parameters,
        size_label=str(label) if label else None,
        chat_template=isinstance(template, str) and bool(template.strip()),
        tools=isinstance(template, str) and "tools" in template,
        pooling=_whole(values, f"{architecture}.pooling_type"),
        file_type=_whole(values, "general.file_type"),
        size_bytes=size,
        needed_bytes=needed,
    )


def _kind(architecture: str, values: Mapping[str, Value], chat_template: bool) -> Kind:
    if architecture in _NOT_LANGUAGE or not architecture or values.get("general.type", "model") != "model":
        return "other"  # a vision projector, a LoRA adapter, a vocabulary alone
    pooling = _whole(values, f"{architecture}.pooling_type") or 0
    if pooling == _POOLING_RANK:
        return "rerank"
    if architecture in _ENCODERS or pooling > 0:
        return "embedding"
    return "chat" if chat_template else "completion"
