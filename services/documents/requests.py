"""What a request to this service says in its headers and query.

Knows: their names, and how a problem of a document becomes an error. Does not know: routes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

from fastapi import Request

from services.common.errors import ApiError
from services.documents.problems import DocumentProblem
from services.documents.store import CLASSES, Owner
from services.documents.worker import Job

KEY, TEAM, ADMIN = "x-signalbox-key-id", "x-signalbox-team-id", "x-signalbox-admin"
FILENAME, DATA_CLASS = "x-filename", "x-signalbox-data-class"
MAX_NAME = 255


def owner_of(request: Request) -> Owner:
    """Who the gateway says asks."""
    header = request.headers.get
    return Owner(header(KEY) or "", header(TEAM) or None, header(ADMIN) == "true")


def name_of(request: Request) -> str:
    """The file's own name, without folders."""
    name = unquote(request.headers.get(FILENAME, "")).replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in name if c.isprintable())[:MAX_NAME]


def class_of(request: Request) -> str:
    """Raises ApiError(400)."""
    given = request.headers.get(DATA_CLASS, "restricted")
    if given not in CLASSES:
        raise ApiError(400, f"{DATA_CLASS} must be one of: {', '.join(CLASSES)}.", param=DATA_CLASS)
    return given


def job_of(request: Request, path: Path, name: str, media_type: str) -> Job:
    """The job that the query asks for. Raises ApiError(400)."""
    query = request.query_params
    ocr = query.get("ocr", "auto")
    if ocr not in ("auto", "off", "force"):
        raise ApiError(400, "ocr must be auto, off or force.", param="ocr")
    return Job(
        path, name, media_type, pages=query.get("pages") or None, tables=_flag(query.get("tables", "true"), "tables"),
        boxes=_flag(query.get("boxes", "false"), "boxes"), ocr=ocr,
    )  # fmt: skip


def api_error(problem: DocumentProblem) -> ApiError:
    """The problem as an answer."""
    return ApiError(problem.status, problem.message, code=problem.code, type="invalid_request_error")


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    """Bytes that are there already, as a body that arrives."""
    yield data


def _flag(value: str, name: str) -> bool:
    if value not in ("true", "false"):
        raise ApiError(400, f"{name} must be true or false.", param=name)
    return value == "true"
