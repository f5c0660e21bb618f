"""Each attack on a ledger, and what finds it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from plugins.ledger.chain import Checkpoint, hash_of, read_checkpoint
from plugins.ledger.store import CHECKPOINTS, HEAD, PUBLIC, Store, segments
from plugins.ledger.verify import verify
from tests.plugins.ledger.make import KEY, OTHER_KEY, lines, record, rewrite, written

Attack = Callable[[Path], None]


def edit(folder: Path) -> None:
    rows = lines(folder)
    rewrite(folder, [*rows[:4], rows[4].replace(b'"class":"public"', b'"class":"restricted"'), *rows[5:]])


def edit_the_last(folder: Path) -> None:
    rows = lines(folder)
    rewrite(folder, [*rows[:-1], rows[-1].replace(b"d9", b"d8")])


def delete(folder: Path) -> None:
    rows = lines(folder)
    rewrite(folder, rows[:4] + rows[5:])


def delete_and_renumber(folder: Path) -> None:
    rows = lines(folder)
    rest = [row.replace(b'"seq":%d,' % (n + 2), b'"seq":%d,' % (n + 1)) for n, row in enumerate(rows)][5:]
    rewrite(folder, rows[:4] + rest)


def reorder(folder: Path) -> None:
    rows = lines(folder)
    rewrite(folder, [*rows[:3], rows[4], rows[3], *rows[5:]])


def insert(folder: Path) -> None:
    rows = lines(folder)
    rewrite(folder, [*rows[:4], rows[3], *rows[4:]])


def cut_the_tail(folder: Path) -> None:
    rewrite(folder, lines(folder)[:-2])


def cut_within_a_record(folder: Path) -> None:
    rows = lines(folder)
    rewrite(folder, [*rows[:-1], rows[-1][:20]])


def cut_the_beginning(folder: Path) -> None:
    rewrite(folder, lines(folder)[2:])


def remove_the_head(folder: Path) -> None:
    (folder / HEAD).unlink()


def remove_everything(folder: Path) -> None:
    segments(folder)[0].unlink()


def garble(folder: Path) -> None:
    rows = lines(folder)
    rewrite(folder, [*rows[:4], b"\x00\xff not a record\n", *rows[5:]])


def forge_a_checkpoint(folder: Path) -> None:
    path = folder / CHECKPOINTS
    path.write_text(path.read_text().replace('"seq":4', '"seq":6'))


def garble_a_checkpoint(folder: Path) -> None:
    with (folder / CHECKPOINTS).open("a") as file:
        file.write("{}\n")


def put_another_key_there(folder: Path) -> None:
    (folder / PUBLIC).write_text(OTHER_KEY.public)


def remove_the_key(folder: Path) -> None:
    (folder / PUBLIC).unlink()


@pytest.mark.parametrize(
    "attack",
    [
        edit, edit_the_last, delete, delete_and_renumber, reorder, insert, cut_the_tail, cut_within_a_record,
        cut_the_beginning, remove_the_head, remove_everything, garble, forge_a_checkpoint, garble_a_checkpoint,
        put_another_key_there, remove_the_key,
    ],
)  # fmt: skip
def test_tampering_is_found_on_the_box_itself(tmp_path: Path, attack: Attack) -> None:
    written(tmp_path)
    assert verify(tmp_path).problems == []
    attack(tmp_path)
    assert verify(tmp_path).problems != []


def test_a_missing_segment_is_named(tmp_path: Path) -> None:
    written(tmp_path, 40, segment_bytes=1000)
    names = segments(tmp_path)
    assert len(names) > 3
    names[1].unlink()
    assert f"records {int(names[1].stem)} to {int(names[2].stem) - 1} are missing" in "\n".join(
        verify(tmp_path).problems
    )


def head_of(folder: Path) -> Checkpoint:
    return read_checkpoint((folder / HEAD).read_text().strip())


def rewrite_all_with_the_key(folder: Path) -> None:
    """As who holds the box does: every record anew, with one of them changed, and every signature right."""
    shutil.rmtree(folder)
    store = Store(folder, KEY)
    store.append([record(n, **({"class": "internal"} if n == 4 else {})) for n in range(10)], sync=True)
    store.checkpoint(0.0)


def rewrite_all_with_another_key(folder: Path) -> None:
    shutil.rmtree(folder)
    Store(folder, OTHER_KEY).append([record(n) for n in range(10)], sync=True)


def roll_back(folder: Path) -> None:
    """To a copy that was whole when it was made."""
    shutil.rmtree(folder)
    written(folder, 6)


@pytest.mark.parametrize("attack", [rewrite_all_with_the_key, rewrite_all_with_another_key, roll_back])
def test_who_holds_the_box_is_found_out_by_a_checkpoint_kept_elsewhere(tmp_path: Path, attack: Attack) -> None:
    written(tmp_path)
    kept = head_of(tmp_path)
    attack(tmp_path)
    assert verify(tmp_path).problems == [], "nothing on the box tells"
    assert verify(tmp_path, [kept]).problems != []


def test_an_old_checkpoint_still_proves_its_past(tmp_path: Path) -> None:
    written(tmp_path, 6)
    kept = head_of(tmp_path)
    Store(tmp_path, KEY).append([record(n) for n in range(6, 40)], sync=True)
    found = verify(tmp_path, [kept])
    assert (found.problems, found.against, found.last) == ([], 1, 40)


def test_a_checkpoint_of_another_ledger_proves_nothing(tmp_path: Path) -> None:
    written(tmp_path / "a")
    Store(tmp_path / "b", KEY).append([record(n + 1) for n in range(20)], sync=True)
    assert verify(tmp_path / "b", [head_of(tmp_path / "a")]).problems != []


def test_an_unsigned_checkpoint_is_no_proof(tmp_path: Path) -> None:
    written(tmp_path)
    head = head_of(tmp_path)
    bad = Checkpoint(head.ledger, 10, hash_of(b"x"), head.at, head.segment, head.size, head.key, head.signature)
    assert "signature" in verify(tmp_path, [bad]).problems[0]


def test_lost_records_of_what_stayed_are_a_problem_that_is_said(tmp_path: Path) -> None:
    Store(tmp_path, KEY).append([{"event": "lost", "count": 7}], sync=True)
    assert "7 records of what stayed" in verify(tmp_path).problems[0]
