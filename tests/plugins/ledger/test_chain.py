"""Lines and checkpoints as text."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from plugins.ledger.chain import (
    GENESIS,
    MAX_TEXT,
    BadLineError,
    hash_of,
    line_of,
    read_checkpoint,
    read_line,
    signed,
)
from tests.plugins.ledger.make import KEY

GOOD = signed(KEY, ledger="a", seq=3, hash="b", at=1.5, segment="s", size=10)


def test_a_line_holds_the_hash_before_it_and_no_line_feed() -> None:
    first = line_of(1, GENESIS, {"event": "left", "reason": "a\nb", "host": None, "long": "x" * 5000})
    assert b"\n" not in first
    said = read_line(first)
    assert (said["seq"], said["prev"], said["reason"]) == (1, GENESIS, "a\nb")
    assert "host" not in said
    assert len(said["long"]) == MAX_TEXT
    assert read_line(line_of(2, hash_of(first), {}))["prev"] == hash_of(first)


@pytest.mark.parametrize("line", [b"", b"no", b"[]", b"{}", b'{"seq": true, "prev": ""}', b'{"seq": 1}', b"\xff"])
def test_what_is_no_line(line: bytes) -> None:
    with pytest.raises(BadLineError):
        read_line(line)


def test_a_checkpoint_comes_back_from_its_text() -> None:
    assert read_checkpoint(GOOD.text()) == GOOD
    assert GOOD.valid()


@pytest.mark.parametrize(
    "change", [{"seq": 4}, {"hash": "c"}, {"at": 2.5}, {"ledger": "x"}, {"size": 9}, {"segment": "t"}, {"key": "k"}]
)
def test_every_field_is_signed(change: dict[str, object]) -> None:
    assert not replace(GOOD, **change).valid()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "no", "[]", "{}", json.dumps({**json.loads(GOOD.text()), "seq": "3"}), GOOD.text()[:-2]]
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_checkpoint(text)
