"""Names, never values."""

from __future__ import annotations

import json
from pathlib import Path

from services.egress.held import FILE, held_names, tell


def test_names_of_keys_that_are_set() -> None:
    environ = {"OPENAI_API_KEY": "sk-1", "ANTHROPIC_API_KEY": "", "GROQ_API_KEY": "gsk-2", "MINE_API_KEY": "3"}
    assert held_names(environ) == ["GROQ_API_KEY", "OPENAI_API_KEY"]


def test_the_file_holds_no_value_and_is_replaced(tmp_path: Path) -> None:
    tell(tmp_path, {"OPENAI_API_KEY": "sk-1"})
    tell(tmp_path, {"OPENAI_API_KEY": "sk-1", "GEMINI_API_KEY": "g-2"})
    path = tmp_path / "run" / FILE
    assert json.loads(path.read_text()) == {"names": ["GEMINI_API_KEY", "OPENAI_API_KEY"]}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == [FILE]
