"""How well the search finds: a question set over documents of our own, by vectors, by words, and by both.

Knows: the corpus (``corpus/*.yaml``), recall, mean reciprocal rank. Does not know: HTTP. A question is answered where a
passage of the right document holds the words that its answer must hold. The documents and questions are ours, written
for this: two thirds of the questions use other words than the documents where they can, a third are the few exact words
that people type (``terms.yaml``). Every second document is for tuning; what is promised is measured on the others.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.retrieval.chunking import chunks_of
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.passages import Passages
from services.retrieval.plain_text import document_of
from services.retrieval.records import MAX_CHUNK, OVERLAP
from services.retrieval.resident import Resident
from services.retrieval.search import Hit, Searched, Way, search
from services.retrieval.vectors import VectorIndex, collection_of

CORPUS = Path(__file__).with_name("corpus")
MOST = 10
WAYS: tuple[Way, ...] = ("hybrid", "vectors", "words")


@dataclass(frozen=True, slots=True)
class Question:
    """``answer``: words of the document that a passage must hold."""

    text: str
    document: str
    answer: str


@dataclass(frozen=True, slots=True)
class Figures:
    """``half``: which documents, ``tuning`` or ``held out``. ``recall``: share of the questions whose answer is among
    the first 1, 3, 5 and 10 passages. ``mrr``: mean of one over the rank, 0 where it is not among the first 10.
    ``missed``: questions without an answer in the first 5."""

    half: str
    way: str
    questions: int
    recall: dict[int, float]
    mrr: float
    missed: tuple[str, ...]


def corpus(folder: Path = CORPUS) -> tuple[dict[str, str], list[Question]]:
    """(documents by name, questions)."""
    documents: dict[str, str] = {}
    questions: list[Question] = []
    for path in sorted(folder.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text("utf-8")):
            if "text" in entry:
                documents[entry["name"]] = entry["text"]
            questions += [Question(text, entry["name"], answer) for text, answer in entry["questions"]]
    return documents, questions


def evaluate(encoder: Encoder, ways: Iterable[Way] = WAYS) -> tuple[list[Figures], int]:
    """(figures of each half and way, the documents held out first; passages of all). Every question is asked of all
    documents. ``encoder``: that of stores."""
    documents, questions = corpus()
    with tempfile.TemporaryDirectory() as folder:
        where = _indexed(Path(folder), documents, encoder)
        vectors = encoder.encode([q.text for q in questions]).vectors
        ranks = {
            way: [_rank(q, search(where, q.text, v, MOST, way)) for q, v in zip(questions, vectors, strict=True)]
            for way in ways
        }
        figures = []
        for half, names in halves(documents).items():
            some = [at for at, question in enumerate(questions) if question.document in names]
            asked = [questions[at] for at in some]
            figures += [_figures(half, way, asked, [found[at] for at in some]) for way, found in ranks.items()]
        count = where.passages.count()
        where.passages.close()
    return figures, count


def halves(documents: Iterable[str]) -> dict[str, frozenset[str]]:
    """Names of the documents of each half."""
    names = list(documents)
    return {"held out": frozenset(names[1::2]), "tuning": frozenset(names[::2])}


def _indexed(folder: Path, documents: dict[str, str], quick: Encoder) -> Searched:
    passages, index, name = Passages(folder / "passages.sqlite"), VectorIndex(folder / "chroma"), collection_of("vs", 1)

    def count(texts: Sequence[str]) -> list[int]:
        return [len(found.ids) for found in quick.tokenize(texts)]

    for file, text in documents.items():
        document = document_of(text.encode(), f"{file}.md")
        assert document is not None
        made = chunks_of(document, count, MAX_CHUNK, OVERLAP)
        vectors = quick.encode([chunk.indexed for chunk in made]).vectors
        index.put(name, passages.put(file, 0, made, vectors, 1), vectors)
    return Searched(passages, Resident(passages, 1).view(), index, name, frozenset(documents))


def _rank(question: Question, hits: Sequence[Hit]) -> int:
    """From 1; 0 where it was not found."""
    for rank, hit in enumerate(hits, start=1):
        passage = hit.passage
        if passage.file_id == question.document and question.answer in passage.chunk.text:
            return rank
    return 0


def _figures(half: str, way: str, questions: Sequence[Question], ranks: Sequence[int]) -> Figures:
    count = len(ranks)
    recall = {k: sum(0 < rank <= k for rank in ranks) / count for k in (1, 3, 5, 10)}
    missed = tuple(q.text for q, rank in zip(questions, ranks, strict=True) if not 0 < rank <= 5)
    return Figures(half, way, count, recall, sum(1 / rank for rank in ranks if rank) / count, missed)
