"""What is known of stores, their files and batches of files.

Knows: the fields. Does not know: SQL, HTTP. Times are seconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["in_progress", "completed", "failed", "cancelled"]
STATUSES: tuple[Status, ...] = ("in_progress", "completed", "failed", "cancelled")
CLASSES = ("public", "internal", "restricted")
"""Data classes, the most confined last."""

MAX_CHUNK, OVERLAP = 128, 32
"""Tokens of a chunk and of what it repeats of the one before, for the strategy ``auto``. The in-box model was trained
on passages of this size."""

Attributes = dict[str, str | float | bool]


@dataclass(frozen=True, slots=True)
class StoreRecord:
    """``data_class``: as its maker said, None where nothing was. ``model``, ``digest``: what embedded its chunks.
    ``generation``: which of its indexes is in use. ``expires_days`` after ``last_active_at``."""

    id: str
    key_id: str
    team_id: str | None
    name: str
    description: str | None
    metadata: dict[str, str]
    created_at: int
    last_active_at: int
    expires_days: int | None
    model: str
    digest: str
    generation: int = 1

    @property
    def expires_at(self) -> int | None:
        """None: never."""
        return None if self.expires_days is None else self.last_active_at + self.expires_days * 86_400

    @property
    def declared_class(self) -> str | None:
        """``metadata.data_class``, where it is one."""
        given = self.metadata.get("data_class")
        return given if given in CLASSES else None


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file in one store. ``max_chunk``, ``overlap``: tokens. ``usage_bytes``: of its chunks and vectors.
    ``error``: ``{"code", "message"}``. ``asked_by``: headers of whoever attached it, who may read it."""

    store_id: str
    file_id: str
    filename: str
    status: Status
    created_at: int
    asked_by: dict[str, str]
    attributes: Attributes = field(default_factory=dict)
    static: bool = False
    max_chunk: int = MAX_CHUNK
    overlap: int = OVERLAP
    usage_bytes: int = 0
    chunks: int = 0
    data_class: str = "restricted"
    error: dict[str, Any] | None = None
    batch_id: str | None = None
    tries: int = 0
    retry_at: float = 0.0


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch's counts are those of its files."""

    id: str
    store_id: str
    created_at: int
    cancelled: bool = False
