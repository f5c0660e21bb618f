from __future__ import annotations

import struct
import time
from pathlib import Path

import gguf
import numpy as np
import pytest

from services.llm.gguf import GgufError, read_header
from tests.support.tiny_gguf import write_tiny_gguf


def test_a_chat_model_says_what_it_is(tiny_gguf: Path) -> None:
    header = read_header(tiny_gguf)
    assert (header.name, header.architecture, header.kind) == ("Tiny Test", "llama", "chat")
    assert (header.context_length, header.chat_template, header.tools) == (2048, True, True)
    assert header.size_bytes == tiny_gguf.stat().st_size
    assert header.complete
    reader = gguf.GGUFReader(tiny_gguf)
    assert header.parameters == sum(t.n_elements for t in reader.tensors)
    assert header.needed_bytes <= header.size_bytes


@pytest.mark.parametrize(
    ("options", "kind", "tools"),
    [
        ({"chat_template": None}, "completion", False),
        ({"chat_template": "{{ messages[0].content }}"}, "chat", False),
        ({"pooling": 1}, "embedding", True),
        ({"pooling": 4}, "rerank", True),
    ],
)
def test_kind(tmp_path: Path, options: dict[str, object], kind: str, tools: bool) -> None:
    header = read_header(write_tiny_gguf(tmp_path / "m.gguf", **options))  # type: ignore[arg-type]
    assert (header.kind, header.tools) == (kind, tools)


def test_the_size_label_is_the_authors(tmp_path: Path) -> None:
    assert read_header(write_tiny_gguf(tmp_path / "m.gguf", size_label="4B")).size_label == "4B"


def test_a_projector_is_not_a_language_model(tmp_path: Path) -> None:
    path = tmp_path / "mmproj.gguf"
    writer = gguf.GGUFWriter(str(path), "clip")
    writer.add_tensor("v.patch", np.zeros((4, 4), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert read_header(path).kind == "other"


def test_a_large_vocabulary_costs_little(tmp_path: Path) -> None:
    path = tmp_path / "big.gguf"
    writer = gguf.GGUFWriter(str(path), "qwen3")
    writer.add_context_length(40960)
    writer.add_token_list([f"token{i}".encode() for i in range(150_000)])
    writer.add_token_scores([0.5] * 150_000)
    writer.add_chat_template("{{ tools }}")
    writer.add_tensor("a", np.zeros((10, 10), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    started = time.perf_counter()
    header = read_header(path)
    assert time.perf_counter() - started < 3.0  # the gguf package's own reader takes 7 s
    assert (header.context_length, header.kind, header.parameters) == (40960, "chat", 100)


HEAD = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "too small"),
        (b"<!doctype html>" * 10, "not a GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0) + bytes(10), "version 1 is not supported"),
        (b"GGUF" + struct.pack("<IQQ", 3, 1 << 60, 0) + bytes(10), "tensors cannot be right"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 60) + bytes(10), "keys cannot be right"),
        (HEAD + struct.pack("<Q", 1 << 62), "cannot be right"),
        (HEAD + struct.pack("<Q", 3) + b"abc" + struct.pack("<I", 99) + bytes(8), "value type 99"),
        (HEAD + struct.pack("<Q", 3) + b"abc" + struct.pack("<IIQ", 9, 8, 2) + b"\xff" * 16, "cannot be right|cut off"),
        (HEAD + struct.pack("<Q", 3) + b"abc" + struct.pack("<IIQ", 9, 8, 9) + b"\xff" * 16, "cut off"),
        (HEAD + struct.pack("<Q", 3) + b"abc" + struct.pack("<IIQ", 9, 9, 1) + bytes(16), "arrays of type 9"),
        (HEAD + struct.pack("<Q", 3) + b"abc" + struct.pack("<I", 4), "cut off"),
    ],
)
def test_what_is_no_model_is_named_and_explained(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(data)
    with pytest.raises(GgufError, match=says) as caught:
        read_header(path)
    assert "odd.gguf" in str(caught.value)


@pytest.mark.parametrize("part", [0.1, 0.5])
def test_every_truncation_is_an_error_or_incomplete(tiny_gguf: Path, tmp_path: Path, part: float) -> None:
    data = tiny_gguf.read_bytes()
    path = tmp_path / "cut.gguf"
    for end in (int(len(data) * part), 100, 1000, 5000):
        path.write_bytes(data[:end])
        try:
            complete = read_header(path).complete
        except GgufError:
            complete = False
        assert not complete


def test_wrong_types_in_the_header_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_string("llama.context_length", "many")
    writer.add_bool("llama.pooling_type", True)
    writer.add_tensor("a", np.zeros((2, 2), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    header = read_header(path)
    assert (header.context_length, header.pooling, header.kind) == (None, None, "completion")
