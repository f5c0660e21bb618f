import hashlib

import pytest

from services.erasure.subject import Subject, key_hash

HASH = hashlib.sha256(b"sk-a").hexdigest()


@pytest.mark.parametrize("given", ["sk-a", HASH])
def test_a_key_by_its_secret_or_its_hash(given: str) -> None:
    assert key_hash(given) == HASH


@pytest.mark.parametrize("given", ["", "my key", HASH[:-1], HASH.upper()])
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="signalbox keys list"):
        key_hash(given)


def test_what_was_asked_for() -> None:
    assert Subject(key=HASH).shown == f"key {HASH}"
    assert Subject(user="ada").shown == "user ada"
    assert Subject(store="vs_1").shown == "store vs_1"
