"""The chunks of one store in a SQLite file: texts, their words for BM25, their vectors.

Knows: SQL, what changed since somebody last looked. Does not know: Chroma, requests, which files are complete.
This is what a store is made anew from: the index of vectors in Chroma, and the one in memory, are built from here.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.retrieval.bm25 import Counts, Terms, terms_of
from services.retrieval.chunking import Chunk
from services.retrieval.minilm.convert import SIZE

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, file_id TEXT NOT NULL, n INTEGER NOT NULL,
  page INTEGER, heading TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (file_id, n));
CREATE TABLE IF NOT EXISTS terms (id INTEGER PRIMARY KEY, words BLOB NOT NULL, counts BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (id INTEGER NOT NULL, generation INTEGER NOT NULL, vector BLOB NOT NULL,
  PRIMARY KEY (generation, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS vectors_by_id ON vectors (id);
"""
WORDS = 2
"""Which way of making words of texts the terms were made by: another one in the file, and they are made anew."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as it is stored; ``id`` is a number within the store."""

    id: int
    file_id: str
    n: int
    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Changes:
    """``version``: as of when. What came, a row each, lowest id first; ``vectors`` of zeros where there is none in this
    generation. ``dropped``: ids that went, of which some may have come in between."""

    version: int
    ids: list[int]
    files: list[str]
    terms: list[Terms]
    counts: list[Counts]
    vectors: Vectors
    dropped: list[int]


class Passages:
    """Safe for threads. ``version`` is another one after each change; no other process may write."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self.version = 0
        self._dropped: list[int] = []
        self._dropping: list[int] = []
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(
            "PRAGMA synchronous = NORMAL"
        )  # the catalogue, which says "completed", is written later, in full
        self._db.execute("PRAGMA cache_size = -32000")
        self._db.executescript(_SCHEMA)
        path.chmod(0o600)
        if self._all("PRAGMA user_version")[0][0] != WORDS:
            self._make_terms()

    def put(self, file_id: str, first: int, chunks: Sequence[Chunk], vectors: Vectors, generation: int) -> list[int]:
        """Writes a file's chunks from number ``first`` on, over those of the same numbers; their ids."""
        terms = [terms_of(chunk.indexed) for chunk in chunks]
        with self._writing():
            self._drop("file_id = ? AND n >= ? AND n < ?", file_id, first, first + len(chunks))
            ids: list[int] = []
            for n, chunk in enumerate(chunks, start=first):
                made = self._db.execute(
                    "INSERT INTO chunks (file_id, n, page, heading, text) VALUES (?, ?, ?, ?, ?)",
                    (file_id, n, chunk.page, chunk.heading, chunk.text),
                ).lastrowid
                assert made is not None
                ids.append(made)
            self._put_terms(zip(ids, terms, strict=True))
            self.put_vectors(generation, ids, vectors)
        return ids

    def put_vectors(self, generation: int, ids: Sequence[int], vectors: Vectors) -> None:
        """The vectors of chunks in one generation."""
        with self._writing():
            rows = [(i, generation, _packed(v)) for i, v in zip(ids, vectors, strict=True)]
            self._db.executemany("INSERT OR REPLACE INTO vectors (id, generation, vector) VALUES (?, ?, ?)", rows)

    def drop(self, file_id: str, above: int = 0) -> list[int]:
        """Removes a file's chunks from number ``above`` on; their ids."""
        with self._writing():
            return self._drop("file_id = ? AND n >= ?", file_id, above)

    def drop_generation(self, generation: int) -> None:
        """Removes the vectors of a generation that is not in use any more."""
        with self._writing():
            self._db.execute("DELETE FROM vectors WHERE generation = ?", (generation,))

    def get(self, ids: Iterable[int]) -> dict[int, Passage]:
        """The passages that there are, by id."""
        rows = self._all(
            "SELECT id, file_id, n, page, heading, text FROM chunks WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        return {r[0]: Passage(r[0], r[1], r[2], Chunk(r[5], r[4], r[3])) for r in rows}

    def of_file(self, file_id: str) -> list[Passage]:
        """A file's passages in their order."""
        rows = self._all("SELECT id, file_id, n, page, heading, text FROM chunks WHERE file_id = ? ORDER BY n", file_id)
        return [Passage(r[0], r[1], r[2], Chunk(r[5], r[4], r[3])) for r in rows]

    def count(self) -> int:
        """How many passages there are."""
        return int(self._all("SELECT count(*) FROM chunks")[0][0])

    def changes(self, after: int, dropped: int, generation: int, most: int) -> Changes:
        """What came with an id above ``after``, the first ``most`` of it, and what went since ``dropped`` had gone."""
        with self._lock:
            rows = self._all(
                "SELECT c.id, c.file_id, t.words, t.counts, v.vector FROM chunks c JOIN terms t ON t.id = c.id"
                " LEFT JOIN vectors v ON v.id = c.id AND v.generation = ? WHERE c.id > ? ORDER BY c.id LIMIT ?",
                generation,
                after,
                most,
            )
            version, gone = self.version, self._dropped[dropped:]
        size = next((len(r[4]) for r in rows if r[4] is not None), 2 * SIZE)
        return Changes(
            version,
            [r[0] for r in rows],
            [r[1] for r in rows],
            [np.frombuffer(r[2], "<u8") for r in rows],
            [np.frombuffer(r[3], "<u2") for r in rows],
            _unpacked([bytes(size) if r[4] is None else r[4] for r in rows]),
            gone,
        )

    def count_vectors(self, generation: int) -> int:
        """How many passages have a vector in this generation."""
        return int(self._all("SELECT count(*) FROM vectors WHERE generation = ?", generation)[0][0])

    def without_vector(self, generation: int, most: int) -> list[Passage]:
        """Passages that have no vector in this generation yet, lowest ids first."""
        rows = self._all(
            "SELECT id, file_id, n, page, heading, text FROM chunks WHERE id NOT IN"
            " (SELECT id FROM vectors WHERE generation = ?) ORDER BY id LIMIT ?",
            generation,
            most,
        )
        return [Passage(r[0], r[1], r[2], Chunk(r[5], r[4], r[3])) for r in rows]

    def all_vectors(self, generation: int, batch: int = 1000) -> Iterator[tuple[list[int], Vectors]]:
        """(ids, vectors) of a whole generation, in batches."""
        last = -1
        while True:
            rows = self._all(
                "SELECT v.id, v.vector FROM vectors v JOIN chunks c ON c.id = v.id"
                " WHERE v.generation = ? AND v.id > ? ORDER BY v.id LIMIT ?",
                generation,
                last,
                batch,
            )
            if not rows:
                return
            yield [r[0] for r in rows], _unpacked([r[1] for r in rows])
            last = rows[-1][0]

    def file_ids(self) -> set[str]:
        """Every file that has passages here."""
        return {row[0] for row in self._all("SELECT DISTINCT file_id FROM chunks")}

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    def _drop(self, where: str, *values: object) -> list[int]:
        gone = [row[0] for row in self._db.execute(f"SELECT id FROM chunks WHERE {where}", values)]  # noqa: S608 - ours
        for table in ("terms", "vectors", "chunks"):
            self._db.executemany(f"DELETE FROM {table} WHERE id = ?", [(id,) for id in gone])  # noqa: S608
        self._dropping += gone
        return gone

    def _put_terms(self, each: Iterable[tuple[int, tuple[Terms, Counts]]]) -> None:
        rows = ((id, words.astype("<u8").tobytes(), counts.astype("<u2").tobytes()) for id, (words, counts) in each)
        self._db.executemany("INSERT OR REPLACE INTO terms (id, words, counts) VALUES (?, ?, ?)", rows)

    def _make_terms(self) -> None:
        """Of all passages, from their texts; what earlier versions kept for it is removed."""
        with self._writing():
            for table in ("words", "bodies"):
                self._db.execute(f"DROP TABLE IF EXISTS {table}")
            held = self._db.execute("SELECT id, heading, text FROM chunks")
            self._put_terms((id, terms_of(Chunk(text, heading, None).indexed)) for id, heading, text in held)
            self._db.execute(f"PRAGMA user_version = {WORDS}")

    def _all(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction; within another one, part of that."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._dropping = []
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._dropped += self._dropping
            self.version += 1


def _packed(vector: Vectors) -> bytes:
    """Half precision: a cosine changes in the fourth digit."""
    return vector.astype("<f2").tobytes()


def _unpacked(blobs: Sequence[bytes]) -> Vectors:
    if not blobs:
        return np.zeros((0, 0), np.float32)
    return np.frombuffer(b"".join(blobs), "<f2").reshape(len(blobs), -1).astype(np.float32)
