"""The record: lines, owner only, never content."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from services.egress.record import Record, content_hash


def test_lines_are_appended_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "egress.jsonl"
    for event in ("refused", "leaving"):
        record = Record(path)
        record.write(event, {"reason": "x\ny"})
        record.close()
    rows = [json.loads(row) for row in path.read_text().splitlines()]
    assert [(row["event"], row["reason"]) for row in rows] == [("refused", "x\ny"), ("leaving", "x\ny")]
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fchmod", lambda *_: None)  # not on a device of everybody's
    record = Record(Path("/dev/full"))
    with pytest.raises(OSError, match="space"):
        record.write("leaving", {})
    record.close()


def test_the_hash_is_keyed() -> None:
    def of(key: bytes, content: bytes) -> str:
        made = content_hash(key)
        made.update(content)
        return made.hexdigest()

    assert of(b"k", b"text") == of(b"k", b"text")
    assert len({of(b"k", b"text"), of(b"k", b"texu"), of(b"l", b"text")}) == 3
