"""Taking in and searching: ``python -m tests.bench.retrieval [--chunks N,N] [--json FILE]``.

Knows: the encoder, stores and their search, in this process. Does not know: HTTP, the queue. Texts are
sentences of our corpus in other orders; vectors of the large stores are made by adding noise to real ones, since
embedding 100,000 chunks would take the time. Bounds: 150 chunks embedded and indexed a second on two cores; a
filtered search of the largest store below 60 ms at p99.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from fastapi.responses import JSONResponse

from services.retrieval.chunking import Chunk
from services.retrieval.evaluation import corpus
from services.retrieval.jobs import Jobs
from services.retrieval.minilm.convert import QUICK
from services.retrieval.minilm.encoder import Encoder, open_encoder
from services.retrieval.owner import Owner
from services.retrieval.passages import Passages
from services.retrieval.queries import Queries
from services.retrieval.records import FileRecord
from services.retrieval.requests import CreateStore, Search
from services.retrieval.store_routes import searched as answer
from services.retrieval.stores import Stores
from services.retrieval.vectors import VectorIndex, collection_of

CHUNKS_A_SECOND, P99_MS = 150.0, 60.0
PER_FILE, SEARCHES, EMBEDDED = 20, 100, 400
SEED, WARM_UP = 3, 10
ME = Owner("key-1")


def main(argv: list[str] | None = None) -> int:
    """Prints the table; 1 where a bound is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--chunks", default="10000,100000")
    parser.add_argument("--json", type=Path, default=Path("build/bench/retrieval.json"))
    args, _ = parser.parse_known_args(argv)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        quick = open_encoder(root, QUICK)
        figures |= taken_in(root / "in", quick)
        for count in (int(n) for n in args.chunks.split(",")):
            figures |= searched(root / str(count), quick, count)
    figures["rss MB"] = psutil.Process().memory_info().rss / 1e6
    for name, value in figures.items():
        print(f"{name:45} {value:10.1f}")
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(figures, indent=1))
    return int(missed(figures))


def missed(figures: dict[str, float]) -> bool:
    """Whether a bound is."""
    slow = [v for k, v in figures.items() if k.endswith("filtered p99 ms") and v > P99_MS]
    return bool(slow) or figures["chunks/s embedded and indexed"] < CHUNKS_A_SECOND


def texts(count: int) -> list[str]:
    """Passages of about 100 tokens."""
    chance = random.Random(SEED)
    sentences = [s.strip() for text in corpus()[0].values() for s in text.replace("\n", " ").split(". ") if len(s) > 30]
    return [". ".join(chance.sample(sentences, 5)) for _ in range(count)]


def taken_in(folder: Path, quick: Encoder) -> dict[str, float]:
    """Chunks a second, by the wall clock and of processor time (the machine may be busy), and of the model alone."""
    passages, index = Passages(folder / "p.sqlite"), VectorIndex(folder / "chroma")
    chunks = [Chunk(text, "", 1) for text in texts(EMBEDDED)]
    tokens = sum(len(found.ids) for found in quick.tokenize([c.indexed for c in chunks])) / EMBEDDED
    index.count(collection_of("vs", 1))  # its library is loaded before
    alone_began, alone_busy = time.perf_counter(), time.process_time()
    quick.encode([c.indexed for c in chunks])
    alone = EMBEDDED / (time.perf_counter() - alone_began), EMBEDDED / (time.process_time() - alone_busy)
    began, busy = time.perf_counter(), time.process_time()
    for at in range(0, EMBEDDED, PER_FILE):
        part = chunks[at : at + PER_FILE]
        vectors = quick.encode([c.indexed for c in part]).vectors
        ids = passages.put(f"file-{at}", 0, part, vectors, 1)
        index.put(collection_of("vs", 1), ids, vectors)
    cpu = EMBEDDED / (time.process_time() - busy)
    return {
        "chunks/s embedded and indexed": EMBEDDED / (time.perf_counter() - began),
        "chunks a second of CPU": cpu,
        "chunks/s of the model alone": alone[0],
        "chunks a second of CPU, the model alone": alone[1],
        "share of the model's own speed (CPU)": cpu / alone[1],
        "tokens a chunk": tokens,
    }


def filled(folder: Path, encoder: Encoder, count: int) -> tuple[Stores, str]:
    """Stores with one of ``count`` chunks, ``PER_FILE`` to a file; each file's attribute ``n`` is its number."""
    stores = Stores(folder, Jobs(None, "none"))
    store = stores.create(ME, CreateStore())
    base = encoder.encode(texts(200)).vectors
    noise, bodies = np.random.default_rng(SEED), texts(count)
    passages, name = stores.passages(store.id), collection_of(store.id, store.generation)
    step = PER_FILE * 50
    for at in range(0, count, step):
        part = bodies[at : at + step]
        made = base[noise.integers(0, len(base), len(part))] + noise.normal(0, 0.04, (len(part), base.shape[1]))
        vectors = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
        ids, files = [], []
        for first in range(0, len(part), PER_FILE):
            some, number = slice(first, first + PER_FILE), (at + first) // PER_FILE
            held = [Chunk(t, "", 1) for t in part[some]]
            ids += passages.put(f"file-{number}", 0, held, vectors[some], store.generation)
            files.append(file_record(store.id, number, len(held)))
        stores.index.put(name, ids, vectors)
        stores.catalogue.put(*files)
    return stores, store.id


def file_record(store: str, number: int, chunks: int) -> FileRecord:
    """A file that is taken in."""
    return FileRecord(
        store, f"file-{number}", f"{number}.txt", "completed", 0, ME.headers(), {"n": number}, chunks=chunks
    )


def searched(folder: Path, encoder: Encoder, count: int) -> dict[str, float]:
    """Times of a search of ``count`` chunks, from the question to the bytes of the answer: of all, and with a filter on
    an attribute that leaves a half, a tenth, a hundredth and a single file."""
    stores, store = filled(folder, encoder, count)
    queries, most = [q.text for q in corpus()[1]][:SEARCHES], count // PER_FILE
    figures: dict[str, float] = {}
    for label, part in (("whole", 0), ("half", 2), ("tenth", 10), ("hundredth", 100), ("file", most)):
        known = Queries(lambda: encoder)
        filters = {"type": "lt", "key": "n", "value": max(1, most // part)} if part else None

        def once(question: str, known: Queries = known, filters: dict[str, Any] | None = filters) -> None:
            asked = Search(query=question, filters=filters)
            JSONResponse(answer(stores, known, ME, store, asked))

        if not figures:
            began = time.perf_counter()
            once("What was the first question?")
            figures[f"{count} chunks, first search after a start ms"] = (time.perf_counter() - began) * 1e3
        busy = time.process_time()
        times = timed(queries, once)
        cpu = (time.process_time() - busy) * 1e3 / (len(queries) + WARM_UP)
        told = f"{count} chunks, {label}{'' if label == 'whole' else ' filtered'}"
        figures[f"{told} p50 ms"] = float(np.percentile(times, 50))
        figures[f"{told} p99 ms"] = float(np.percentile(times, 99))
        figures[f"{told} CPU ms"] = cpu
    figures[f"{count} chunks, embedding of a question CPU ms"] = embedding(encoder, queries)
    stores.close()
    return figures


def embedding(encoder: Encoder, queries: list[str]) -> float:
    """Milliseconds of processor time of the model alone."""
    busy = time.process_time()
    for query in queries:
        encoder.encode([query])
    return (time.process_time() - busy) * 1e3 / len(queries)


def timed(questions: list[str], ask: Callable[[str], None]) -> list[float]:
    """Milliseconds of each, after some to warm up."""
    for question in questions[:WARM_UP]:
        ask(f"{question} Once more?")
    times = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        times.append((time.perf_counter() - began) * 1e3)
    return times


if __name__ == "__main__":
    raise SystemExit(main())
