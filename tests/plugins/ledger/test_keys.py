"""The key: made once, for the owner only, verified with its public half."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from plugins.ledger.keys import KeyProblem, from_seed, open_key, signed_by


def test_many_who_open_it_at_once_get_one_key(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "ledger.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: open_key(path), range(8)))
    assert len(keys) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["ledger.key"]
    assert "seed" not in repr(open_key(path))


def test_what_is_no_key_is_said(tmp_path: Path) -> None:
    path = tmp_path / "ledger.key"
    path.write_text("c2hvcnQ=\n")
    with pytest.raises(KeyProblem, match="does not hold"):
        open_key(path)


def test_signatures() -> None:
    key, other = from_seed(b"a" * 32), from_seed(b"b" * 32)
    signature = key.sign(b"message")
    assert signed_by(key.public, b"message", signature)
    assert not signed_by(key.public, b"messagf", signature)
    assert not signed_by(other.public, b"message", signature)
    assert not signed_by("no key", b"message", signature)
    assert not signed_by(key.public, b"message", "no signature")


def test_the_hash_of_content_is_keyed() -> None:
    def of(seed: bytes, content: bytes) -> str:
        made = from_seed(seed).content_hash()
        made.update(content)
        return made.hexdigest()

    assert of(b"k" * 32, b"text") == of(b"k" * 32, b"text")
    assert len({of(b"k" * 32, b"text"), of(b"k" * 32, b"texu"), of(b"l" * 32, b"text")}) == 3
