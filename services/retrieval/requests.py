"""What requests about vector stores may say.

Knows: OpenAI's fields and bounds (OpenAI API reference, "Vector stores"). Does not know: what is done with them.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, model_validator

from services.retrieval.records import MAX_CHUNK, OVERLAP

MAX_FILES = 500
"""Files in one batch; OpenAI's own bound."""

Metadata = dict[str, str]
AttributeValue = str | bool | float


class ExpiresAfter(BaseModel):
    anchor: Literal["last_active_at"] = "last_active_at"
    days: int = Field(ge=1, le=365)


class StaticChunking(BaseModel):
    max_chunk_size_tokens: int = Field(ge=100, le=4096)
    chunk_overlap_tokens: int = Field(ge=0)

    @model_validator(mode="after")
    def _half(self) -> StaticChunking:
        if self.chunk_overlap_tokens * 2 > self.max_chunk_size_tokens:
            raise ValueError("chunk_overlap_tokens is more than half of max_chunk_size_tokens")
        return self


class Chunking(BaseModel):
    """``auto``: as this service finds best for its model."""

    type: Literal["auto", "static", "other"] = "auto"
    static: StaticChunking | None = None

    @model_validator(mode="after")
    def _complete(self) -> Chunking:
        if (self.type == "static") is not (self.static is not None):
            raise ValueError('chunking_strategy.static belongs to the type "static"')
        return self

    @property
    def sizes(self) -> tuple[int, int]:
        """(tokens of a chunk, tokens of overlap)."""
        if self.static is None:
            return MAX_CHUNK, OVERLAP
        return self.static.max_chunk_size_tokens, self.static.chunk_overlap_tokens


class _WithMetadata(BaseModel):
    metadata: Metadata | None = None

    @model_validator(mode="after")
    def _bounded(self) -> _WithMetadata:
        held = self.metadata or {}
        if len(held) > 16 or any(len(k) > 64 or len(v) > 512 for k, v in held.items()):
            raise ValueError("metadata holds at most 16 pairs, keys of 64 and values of 512 characters")
        return self


class CreateStore(_WithMetadata):
    name: str | None = Field(default=None, max_length=256)
    description: str | None = Field(default=None, max_length=512)
    file_ids: list[str] = Field(default_factory=list, max_length=MAX_FILES)
    expires_after: ExpiresAfter | None = None
    chunking_strategy: Chunking = Chunking()


class ModifyStore(_WithMetadata):
    """What is not sent stays; a null takes it away."""

    name: str | None = Field(default=None, max_length=256)
    expires_after: ExpiresAfter | None = None


class _WithAttributes(BaseModel):
    attributes: dict[str, AttributeValue] | None = None

    @model_validator(mode="after")
    def _small(self) -> _WithAttributes:
        held = self.attributes or {}
        if len(held) > 16 or any(len(k) > 64 or (isinstance(v, str) and len(v) > 512) for k, v in held.items()):
            raise ValueError("attributes hold at most 16 pairs, keys of 64 and values of 512 characters")
        return self


class AttachFile(_WithAttributes):
    file_id: str = Field(min_length=1, max_length=128)
    chunking_strategy: Chunking = Chunking()


class UpdateFile(_WithAttributes):
    pass


class CreateBatch(_WithAttributes):
    """``file_ids`` with the shared fields, or ``files`` with their own."""

    file_ids: list[str] = Field(default_factory=list, max_length=MAX_FILES)
    files: list[AttachFile] = Field(default_factory=list, max_length=MAX_FILES)
    chunking_strategy: Chunking = Chunking()

    def asked(self) -> list[AttachFile]:
        """One for each file, in order, each once."""
        each = [
            AttachFile(file_id=id, chunking_strategy=self.chunking_strategy, attributes=self.attributes)
            for id in self.file_ids
        ]
        found = [*self.files, *each]
        return list({one.file_id: one for one in found}.values())


class Ranking(BaseModel):
    ranker: Literal["none", "auto", "default-2024-11-15"] = "auto"
    score_threshold: float = Field(default=0.0, ge=0, le=1)


class Search(BaseModel):
    """``way`` is ours: which half of the search is used."""

    query: str | list[str]
    filters: Any = None
    max_num_results: int = Field(default=10, ge=1, le=50)
    ranking_options: Ranking = Ranking()
    rewrite_query: bool = False
    way: Literal["hybrid", "vectors", "words"] = "hybrid"

    @model_validator(mode="after")
    def _something(self) -> Search:
        if not self.queries or not all(one.strip() for one in self.queries):
            raise ValueError("query is empty")
        return self

    @property
    def queries(self) -> list[str]:
        """One or several."""
        return [self.query] if isinstance(self.query, str) else self.query
