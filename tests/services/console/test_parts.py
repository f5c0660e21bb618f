from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.console.parts import Part, read_parts
from tests.services.console.seed import PARTS


def test_parts_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "parts.json"
    file.write_text(json.dumps({"parts": PARTS}))
    assert read_parts(file)[2] == Part("llm", "restarting", 3, None)
    assert [p.name for p in read_parts(file)] == ["gateway", "instant", "llm", "postgres"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"parts": 3}', '{"parts": [1]}', "null", "\ud800"])
def test_a_broken_file_is_no_parts(tmp_path: Path, text: str) -> None:
    file = tmp_path / "parts.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert read_parts(file) == ()
    assert read_parts(tmp_path / "none") == ()


def test_unknown_words_are_said_to_be_unknown(tmp_path: Path) -> None:
    file = tmp_path / "parts.json"
    file.write_text('{"parts": [{"name": "x", "state": "<b>", "restarts": "many", "pid": "1"}]}')
    assert read_parts(file) == (Part("x", "unknown", 0, None),)
