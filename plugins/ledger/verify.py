"""Whether the ledger is what was written: every record, every link, every checkpoint.

Knows: the chain's rules, what each kind of tampering looks like. Does not know: who reads the result. Reads files only,
and needs no secret: the public key lies beside the records. Whoever holds the box could write a whole new ledger with a
new key; a checkpoint that is kept elsewhere (``against``) shows that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from plugins.ledger.chain import GENESIS, BadLineError, Checkpoint, hash_of, read_checkpoint, read_line
from plugins.ledger.store import BROKEN, CHECKPOINTS, HEAD, PUBLIC, segments

MAX_PROBLEMS = 50


@dataclass(slots=True)
class Verified:
    """``problems``: empty where all is well. ``last``: number of the last record. ``notes``: what is no proof of
    tampering and worth knowing."""

    records: int = 0
    last: int = 0
    segments: int = 0
    checkpoints: int = 0
    against: int = 0
    ledger: str = ""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify(folder: Path, against: Sequence[Checkpoint] = ()) -> Verified:
    """Reads everything once. Writers may go on meanwhile: what they add after the start is not looked at."""
    made = Verified()
    public, told = _public(folder, made), list(_kept(folder, made))
    made.checkpoints, made.against = len(told), len(against)
    head = _head(folder, made)
    wanted: dict[int, list[tuple[str, Checkpoint]]] = {}
    signed = [("checkpoint", c) for c in told] + [("head", c) for c in ([head] if head else [])]
    for name, checkpoint in [*signed, *(("checkpoint kept elsewhere", c) for c in against)]:
        if not checkpoint.valid():
            made.problems.append(f"{name} {checkpoint.seq}: its signature is wrong")
        elif checkpoint.key != public:
            made.problems.append(f"{name} {checkpoint.seq}: signed with another key than this ledger's")
        else:
            wanted.setdefault(checkpoint.seq, []).append((name, checkpoint))
    _walk(folder, made, wanted)
    for seq in sorted(s for s in wanted if s > made.last):
        made.problems += [
            f"{name} {seq}: the records end at {made.last}, so the tail is cut off" for name, _ in wanted[seq]
        ]
    for name, checkpoint in (one for several in wanted.values() for one in several):
        if made.ledger and checkpoint.ledger != made.ledger:
            made.problems.append(f"{name} {checkpoint.seq}: it is of another ledger")
    del made.problems[MAX_PROBLEMS:]
    return made


def _walk(folder: Path, made: Verified, wanted: dict[int, list[tuple[str, Checkpoint]]]) -> None:
    prev, seq = GENESIS, 0
    for path in segments(folder):
        made.segments += 1
        if int(path.stem) != seq + 1:
            made.problems.append(f"{path.name}: records {seq + 1} to {int(path.stem) - 1} are missing")
            seq = int(path.stem) - 1
        for number, line in enumerate(_lines(path), 1):
            where = f"{path.name}:{number}"
            seq += 1
            try:
                record = read_line(line)
            except BadLineError as error:
                made.problems.append(f"{where}: {error}")
                prev = hash_of(line)
                continue
            if record["seq"] != seq:
                made.problems.append(f"{where}: record {record['seq']} stands where {seq} belongs")
                seq = record["seq"]
            if record["prev"] != prev:
                made.problems.append(f"{where}: the record before it was changed, moved or removed")
            prev = hash_of(line)
            made.ledger = made.ledger or prev
            _look(record, where, made)
            for name, checkpoint in wanted.get(seq, ()):
                if checkpoint.hash != prev:
                    made.problems.append(f"{name} {seq}: the record is another one ({where})")
            made.records += 1
            made.last = max(made.last, seq)
            if len(made.problems) > MAX_PROBLEMS:
                return


def _look(record: dict[str, object], where: str, made: Verified) -> None:
    event = record.get("event")
    if event in BROKEN:
        made.problems.append(
            f"{where}: written after records were gone ({event}, expected {record.get('expected', '?')})"
        )
    elif event == "lost":
        made.problems.append(f"{where}: {record.get('count')} records of what stayed could not be kept")
    elif event == "recovered":
        made.notes.append(f"{where}: a crash left {record.get('torn_bytes')} bytes of a record that nobody waited for")


def _lines(path: Path) -> Iterator[bytes]:
    """Whole lines up to the size at the start; what stands after the last line feed is being written, or was torn."""
    left = path.stat().st_size
    with path.open("rb") as file:
        for line in file:
            left -= len(line)
            if left < 0 or not line.endswith(b"\n"):
                return
            yield line[:-1]


def _public(folder: Path, made: Verified) -> str:
    try:
        return (folder / PUBLIC).read_text("ascii").strip()
    except (OSError, ValueError):
        made.problems.append(f"{PUBLIC} is missing: there is no ledger here, or it was removed")
        return ""


def _kept(folder: Path, made: Verified) -> Iterator[Checkpoint]:
    path = folder / CHECKPOINTS
    rows = path.read_bytes().splitlines() if path.exists() else []
    for number, row in enumerate(rows, 1):
        try:
            yield read_checkpoint(row.decode("ascii", "replace"))
        except ValueError:
            made.problems.append(f"{CHECKPOINTS}:{number}: not a checkpoint")


def _head(folder: Path, made: Verified) -> Checkpoint | None:
    """Where the latest record should be. Missing while there are records: somebody removed it."""
    try:
        return read_checkpoint((folder / HEAD).read_text("ascii").strip())
    except (OSError, ValueError):
        if segments(folder):
            made.problems.append(f"{HEAD} is missing or broken: whether the tail was cut off cannot be told without it")
        return None
