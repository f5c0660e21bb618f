"""The chunks of one store in a SQLite file: texts, their words for BM25, their vectors.

Knows: SQL, FTS5's bm25 (https://www.sqlite.org/fts5.html). Does not know: Chroma, requests, which files are complete.
This is what a store is made anew from: the index of vectors in Chroma can be built again from here.
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

from services.retrieval.chunking import Chunk
from services.retrieval.words import words_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, file_id TEXT NOT NULL, n INTEGER NOT NULL,
  page INTEGER, heading TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (file_id, n));
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(body, content='', tokenize='unicode61');
CREATE TABLE IF NOT EXISTS bodies (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (id INTEGER NOT NULL, generation INTEGER NOT NULL, vector BLOB NOT NULL,
  PRIMARY KEY (generation, id)) WITHOUT ROWID;
"""
MAX_WORDS = 64
"""Words of a query that are looked for."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as it is stored; ``id`` is a number within the store."""

    id: int
    file_id: str
    n: int
    chunk: Chunk


class Passages:
    """Safe for threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(
            "PRAGMA synchronous = NORMAL"
        )  # the catalogue, which says "completed", is written later, in full
        self._db.execute("PRAGMA cache_size = -32000")
        self._db.executescript(_SCHEMA)
        path.chmod(0o600)

    def put(self, file_id: str, first: int, chunks: Sequence[Chunk], vectors: Vectors, generation: int) -> list[int]:
        """Writes a file's chunks from number ``first`` on, over those of the same numbers; their ids."""
        with self._writing():
            self._drop("file_id = ? AND n >= ? AND n < ?", file_id, first, first + len(chunks))
            ids: list[int] = []
            for n, (chunk, vector) in enumerate(zip(chunks, vectors, strict=True), start=first):
                made = self._db.execute(
                    "INSERT INTO chunks (file_id, n, page, heading, text) VALUES (?, ?, ?, ?, ?)",
                    (file_id, n, chunk.page, chunk.heading, chunk.text),
                ).lastrowid
                assert made is not None
                body = " ".join(words_of(chunk.indexed))
                self._db.execute("INSERT INTO bodies (id, body) VALUES (?, ?)", (made, body))
                self._db.execute("INSERT INTO words (rowid, body) VALUES (?, ?)", (made, body))
                self.put_vectors(generation, [made], vector[None, :])
                ids.append(made)
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

    def by_words(self, query: str, files: Sequence[str] | None, most: int) -> list[int]:
        """Ids of the passages that share words with ``query``, best by BM25 first; of ``files`` only, None: of all."""
        wanted = " OR ".join(f'"{word}"' for word in list(dict.fromkeys(words_of(query)))[:MAX_WORDS])
        if not wanted:
            return []
        within = "" if files is None else "AND file_id IN (SELECT value FROM json_each(?))"
        join = "" if files is None else "JOIN chunks ON chunks.id = words.rowid"
        values = (wanted,) if files is None else (wanted, json.dumps(list(files)))
        rows = self._all(
            f"SELECT words.rowid FROM words {join} WHERE words MATCH ? {within} ORDER BY rank LIMIT {int(most)}",  # noqa: S608
            *values,
        )
        return [row[0] for row in rows]

    def count(self, files: Sequence[str] | None = None) -> int:
        """How many passages there are, of ``files`` or of all."""
        if files is None:
            return int(self._all("SELECT count(*) FROM chunks")[0][0])
        query = "SELECT count(*) FROM chunks WHERE file_id IN (SELECT value FROM json_each(?))"
        return int(self._all(query, json.dumps(list(files)))[0][0])

    def vectors(self, files: Sequence[str], generation: int) -> tuple[list[int], Vectors]:
        """Ids and vectors [n, size] of the passages of ``files``."""
        rows = self._all(
            "SELECT v.id, v.vector FROM chunks c JOIN vectors v ON v.id = c.id AND v.generation = ?"
            " WHERE c.file_id IN (SELECT value FROM json_each(?))",
            generation,
            json.dumps(list(files)),
        )
        return [r[0] for r in rows], _unpacked([r[1] for r in rows])

    def vectors_of(self, ids: Iterable[int], generation: int) -> tuple[list[int], Vectors]:
        """Ids and vectors of these passages, as far as there are any."""
        rows = self._all(
            "SELECT id, vector FROM vectors WHERE generation = ? AND id IN (SELECT value FROM json_each(?))",
            generation,
            json.dumps(list(ids)),
        )
        return [r[0] for r in rows], _unpacked([r[1] for r in rows])

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

    def all_vectors(self, generation: int, batch: int = 1000) -> Iterator[tuple[list[int], list[str], Vectors]]:
        """(ids, file ids, vectors) of a whole generation, in batches."""
        last = -1
        while True:
            rows = self._all(
                "SELECT v.id, c.file_id, v.vector FROM vectors v JOIN chunks c ON c.id = v.id"
                " WHERE v.generation = ? AND v.id > ? ORDER BY v.id LIMIT ?",
                generation,
                last,
                batch,
            )
            if not rows:
                return
            yield [r[0] for r in rows], [r[1] for r in rows], _unpacked([r[2] for r in rows])
            last = rows[-1][0]

    def file_ids(self) -> set[str]:
        """Every file that has passages here."""
        return {row[0] for row in self._all("SELECT DISTINCT file_id FROM chunks")}

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    def _drop(self, where: str, *values: object) -> list[int]:
        rows = self._db.execute(
            f"SELECT c.id, b.body FROM chunks c JOIN bodies b ON b.id = c.id WHERE {where}",  # noqa: S608 - our own words
            values,
        ).fetchall()
        for id, body in rows:
            self._db.execute("INSERT INTO words (words, rowid, body) VALUES ('delete', ?, ?)", (id, body))
        ids = [(row[0],) for row in rows]
        for table in ("bodies", "vectors", "chunks"):
            self._db.executemany(f"DELETE FROM {table} WHERE id = ?", ids)  # noqa: S608
        return [row[0] for row in rows]

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
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise


def _packed(vector: Vectors) -> bytes:
    """Half precision: a cosine changes in the fourth digit."""
    return vector.astype("<f2").tobytes()


def _unpacked(blobs: Sequence[bytes]) -> Vectors:
    if not blobs:
        return np.zeros((0, 0), np.float32)
    return np.frombuffer(b"".join(blobs), "<f2").reshape(len(blobs), -1).astype(np.float32)
