import sqlite3
import threading
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from plugins.scrub.pseudonyms import Pseudonyms
from plugins.scrub.store import IN_MEMORY, PseudonymStore


def add(*values: str) -> object:
    def fill(names: Pseudonyms) -> None:
        for value in values:
            names.of(value, "person")

    return fill


def grow(store: PseudonymStore, conversation: str, *values: str, key: str = "k") -> dict[str, str]:
    return dict(store.grow(conversation, key, add(*values)).values())  # type: ignore[arg-type]


@pytest.mark.parametrize("file", [True, False])
def test_a_conversation_goes_on_and_others_start_afresh(tmp_path: Path, file: bool) -> None:
    store = PseudonymStore(tmp_path / "p.sqlite" if file else None, b"secret")
    assert grow(store, "a", "Anna") == {"Anna": "[PERSON_1]"}
    assert grow(store, "a", "Bert", "Anna") == {"Anna": "[PERSON_1]", "Bert": "[PERSON_2]"}
    assert grow(store, "b", "Bert") == {"Bert": "[PERSON_1]"}
    assert grow(store, "", "Carl") == {"Carl": "[PERSON_1]"}
    assert grow(store, "", "Anna") == {"Anna": "[PERSON_1]"}, "without a conversation nothing is kept"


def test_workers_and_restarts_share_the_file_and_nobody_reads_it_without_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "p.sqlite"
    grow(PseudonymStore(path, b"secret"), "a", "Margaret Thornton")
    assert grow(PseudonymStore(path, b"secret"), "a") == {"Margaret Thornton": "[PERSON_1]"}
    assert path.stat().st_mode & 0o077 == 0
    assert not any(b"Margaret" in f.read_bytes() for f in tmp_path.iterdir())
    with pytest.raises(InvalidTag):
        grow(PseudonymStore(path, b"other"), "a")


def test_two_at_once_never_give_one_value_two_names(tmp_path: Path) -> None:
    stores = [PseudonymStore(tmp_path / "p.sqlite", b"s") for _ in range(4)]
    threads = [
        threading.Thread(target=lambda s=s, n=n: [grow(s, "a", f"v{i}", f"own{n}-{i}") for i in range(8)])
        for n, s in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = grow(stores[0], "a")
    assert len(found) == len(set(found.values())) == 8 + 32


def test_a_fill_that_fails_keeps_nothing(tmp_path: Path) -> None:
    store = PseudonymStore(tmp_path / "p.sqlite", b"s")

    def fail(names: Pseudonyms) -> None:
        names.of("Anna", "person")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.grow("a", "k", fail)
    assert grow(store, "a") == {}


def test_what_is_old_goes(tmp_path: Path) -> None:
    path = tmp_path / "p.sqlite"
    store = PseudonymStore(path, b"s")
    assert store.sweep(30) == 0
    grow(store, "old", "Anna")
    grow(store, "new", "Anna")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE pseudonyms SET at = at - 40 * 86400 WHERE conversation = 'old'")
    database.close()
    assert store.sweep(0) == 0, "kept for good"
    assert store.sweep(30) == 1
    assert store.sweep(30) == 0, "not again within the hour"
    assert grow(store, "old") == {}
    assert grow(store, "new") == {"Anna": "[PERSON_1]"}


def test_memory_is_bounded() -> None:
    store = PseudonymStore(None, b"s")
    for n in range(IN_MEMORY + 5):
        grow(store, f"c{n}", "Anna")
    assert grow(store, "c0") == {}
    assert grow(store, f"c{IN_MEMORY}") == {"Anna": "[PERSON_1]"}
