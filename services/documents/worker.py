"""What runs in the process of one job: opens the document, tells page after page, ends.

Knows: the readers, the messages to the service. Does not know: time limits (the service kills) or HTTP. Everything goes
through one pipe as JSON, pictures as bytes: the service believes nothing of a process that a hostile file was read in.
"""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from services.documents import ocr, office, pdf
from services.documents.containers import check_container
from services.documents.kinds import kind_of
from services.documents.pages import page, parse_pages
from services.documents.problems import DocumentProblem
from services.documents.settings import Limits

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """``pages``: such as ``1-3,8``, None for all. ``ocr``: ``auto``, ``off`` or ``force``. ``skip``: pages that an
    earlier process of the same job has told or died of. ``render``: dpi, to tell pictures in place of text; ``format``:
    theirs."""

    path: Path
    name: str = ""
    media_type: str = ""
    pages: str | None = None
    tables: bool = True
    boxes: bool = False
    ocr: str = "auto"
    skip: frozenset[int] = frozenset()
    render: int | None = None
    format: str = "png"


def work(connection: Connection, job: Job, limits: Limits) -> None:
    """The process. Never raises: the last message is ``done`` or ``problem``."""
    confine(limits.memory_mb)
    try:
        for message in messages(job, limits):
            picture = message.pop("picture", None)
            connection.send_bytes(json.dumps(message).encode())
            if picture is not None:
                connection.send_bytes(picture)
        last: Message = {"done": True}
    except DocumentProblem as problem:
        last = {"problem": problem.told()}
    except MemoryError:
        last = {"problem": DocumentProblem("too_large", most=f"{limits.memory_mb} MiB of memory").told()}
    except RecursionError:
        last = {"problem": DocumentProblem("too_nested").told()}
    except Exception as error:  # noqa: BLE001 - the edge of the process: parsers raise anything
        last = {"problem": {**DocumentProblem("unreadable").told(), "error": type(error).__name__}}
    connection.send_bytes(json.dumps(last).encode())
    connection.close()


def confine(memory_mb: int) -> None:
    """Limits this process to ``memory_mb`` above what it has now, writes no core."""
    pages_now = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages_now * resource.getpagesize() + memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def messages(job: Job, limits: Limits) -> Iterator[Message]:
    """``{"head": ...}``, then ``{"page": ...}`` for each page, or ``{"image": n, "picture": bytes}``. Raises
    DocumentProblem."""
    kind = kind_of(job.path, job.name, job.media_type)
    if kind in ("docx", "pptx", "xlsx"):
        check_container(job.path, limits.memory_mb * 2**20 // 4)
    if kind == "pdf":
        yield from _pdf(job, limits)
    elif kind in ("png", "jpeg"):
        yield from _picture(job, limits, kind)
    elif job.render is not None:
        raise DocumentProblem("unsupported", "Only pages of PDFs and pictures can be shown as images.")
    else:
        made = office.read(job.path, kind)
        wanted = set(_wanted(job, len(made)))
        yield {"head": {"kind": kind, "pages": len(made), "metadata": {}}}
        yield from ({"page": one} for one in made if one["number"] in wanted)


def _pdf(job: Job, limits: Limits) -> Iterator[Message]:
    with pdf.opened(job.path) as document:
        count = pdf.check(document, job.path, active_content=limits.active_content, max_pages=limits.max_pages)
        wanted = _wanted(job, count)
        yield {"head": {"kind": "pdf", "pages": count, "metadata": pdf.metadata(document)}}
        if job.render is not None:
            for number in wanted:
                picture = pdf.encoded(pdf.render(document, number, job.render), job.format)
                yield {"image": number, "picture": picture}
            return
        tables = pdf.Tables(job.path) if job.tables else None
        read = _reader(job, limits)
        for number in wanted:
            one, blank = pdf.read_page(document, number, tables=tables, boxes=job.boxes)
            if job.ocr == "force" or (blank and job.ocr == "auto"):
                one = _by_ocr(one, partial(pdf.render, document, number, ocr.DPI), read, job.boxes)
            elif blank:
                one["problem"] = "no_text"
            elif limits.engine == "unstructured":
                one = office.structured(one)
            yield {"page": one}
        if tables is not None:
            tables.close()


def _picture(job: Job, limits: Limits, kind: str) -> Iterator[Message]:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = pdf.MAX_PIXELS // 2  # twice that is an error
    try:
        with Image.open(job.path, formats=[kind.upper()]) as file:
            picture = file.convert("RGB")
    except (OSError, ValueError, SyntaxError):
        raise DocumentProblem("truncated") from None
    except Image.DecompressionBombError:
        raise DocumentProblem("too_large", most=f"{pdf.MAX_PIXELS} pixels") from None
    yield {"head": {"kind": kind, "pages": 1, "metadata": {}}}
    if job.render is not None:
        yield {"image": 1, "picture": pdf.encoded(picture, job.format)}
        return
    scale = 72 / ocr.DPI
    one = page(1, [], width=round(picture.width * scale, 1), height=round(picture.height * scale, 1))
    if job.ocr == "off":
        one["problem"] = "no_text"
    else:
        one = _by_ocr(one, lambda: picture, _reader(job, limits), job.boxes)
    yield {"page": one}


def _wanted(job: Job, count: int) -> list[int]:
    try:
        return [n for n in parse_pages(job.pages, count) if n not in job.skip]
    except ValueError:
        raise DocumentProblem("bad_pages", pages=count) from None


def _reader(job: Job, limits: Limits) -> ocr.Read | None:
    if limits.ocr == "off" or job.ocr == "off":
        return None
    found = ocr.engine(limits.ocr_engine, limits.ocr_languages)
    return found[1] if found is not None else None


def _by_ocr(one: Message, picture: Callable[[], Any], read: ocr.Read | None, boxes: bool) -> Message:
    if read is None:
        return {**one, "problem": "no_text"}
    blocks = read(picture(), ocr.DPI)
    if not boxes:
        blocks = [{k: v for k, v in b.items() if k != "box"} for b in blocks]
    size = {k: one[k] for k in ("width", "height") if k in one}
    return page(one["number"], blocks, **size, **{"ocr": True, "problem": None if blocks else "no_text"})
