"""Attached files become text that every model takes and every detector sees; their pages become images where asked.

Knows: where a chat ``file``, a Responses ``input_file`` and an Anthropic ``document`` hold their file; what of it is
put in its place. Does not know: how files are read (``services/documents``). A file that
cannot be read stays as it is, which the boundary counts as restricted, and the reason is told where no deployment
takes files.

Page images are asked for with ``detail: "high"`` on the part, as OpenAI's ``input_file`` has it: the pages that are
most about the question are shown beside the text. An image is more than its text, so it stays unread for the boundary,
also where OCR could read words in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugins.litellm_adapter.preparation.parts import Part, find, kind_at, replace
from plugins.litellm_adapter.preparation.preparer import Ask, Found
from plugins.litellm_adapter.preparation.relevance import best
from plugins.litellm_adapter.preparation.shown import Document, image_part
from plugins.litellm_adapter.preparation.text_documents import data_of, name_of
from plugins.litellm_adapter.refusal import Refused
from plugins.routing.types import DataClass
from services.common.documents_client import DocumentsClient, FileOwner, client_from
from services.common.errors import ApiError

KINDS = frozenset({"file", "input_file", "document", "input_image", "image"})
MAX_FILES = 50
NO_SERVICE = Refused(
    503,
    "Files are not read on this gateway: set gateway.documents.enabled: true and start the part `documents`, or send "
    "the text itself.",
    "service_unavailable",
)
NOT_FETCHED = Refused(
    400, "Files are not fetched from addresses: send the file itself (file_data), or upload it to /v1/files.",
    "unsupported_file_url",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part's file is: its bytes, or the id of a stored one."""

    data: bytes = b""
    media_type: str = ""
    name: str = ""
    file_id: str = ""

    @property
    def key(self) -> str:
        """The same for the same file."""
        return f"documents:{self.file_id or hashlib.sha256(self.data).hexdigest()}:{self.name}"


@dataclass(frozen=True, slots=True)
class _Read:
    document: dict[str, Any]
    data_class: DataClass


class Documents:
    """``client`` None: that of this process's environment."""

    name = "documents"
    seconds = 600.0

    def __init__(self, client: DocumentsClient | None = None) -> None:
        self._given = client
        self._found: DocumentsClient | None = None

    def wants(self, data: dict[str, Any], call_type: str) -> bool:
        del call_type
        return any(_holds_file(part) for part, _ in find(data, KINDS))

    async def prepare(self, ask: Ask) -> Found:
        client = self._client()
        if client is None:
            return Found(problem=NO_SERVICE)
        work = _Work(client, ask)
        if sum(1 for _ in find(ask.data, KINDS)) > MAX_FILES:
            raise Refused(400, f"There are more than {MAX_FILES} files: send fewer.", "too_many_files")
        await replace(ask.data, KINDS, work.make)
        return work.found()

    def _client(self) -> DocumentsClient | None:
        self._found = self._found or self._given or client_from(os.environ)
        return self._found


class _Work:
    """One request's files."""

    def __init__(self, client: DocumentsClient, ask: Ask) -> None:
        self._client, self._ask = client, ask
        self._owner = FileOwner(ask.caller.key_id or "", ask.caller.team_id, ask.caller.is_admin)
        self._documents: list[Document] = []
        self._class = DataClass.PUBLIC
        self._unread: set[str] = set()
        self._problem: Refused | None = None
        self._pages = 0

    def found(self) -> Found:
        """The report."""
        units = {"pages": self._pages} if self._pages else {}
        fits = tuple(document.fit for document in self._documents)
        return Found(self._class, frozenset(self._unread), (), fits, self._problem, units)

    async def make(self, part: Part, path: str) -> list[dict[str, Any]] | None:
        """What stands in the place of a part; None leaves it. Raises Refused for a file that is not there."""
        try:
            source = source_of(part)
            if source is None:
                self._problem = self._problem or (NOT_FETCHED if _has_address(part) else None)
                return None
            if kind_at(part) in ("input_image", "image"):
                return [await self._image(part, source)]
            read = await self._read(source)
        except ApiError as error:
            self._problem = self._problem or Refused(error.status, error.message, error.code, path)
            if error.status == 404:
                raise Refused(404, error.message, error.code, f"{path}.file_id") from None
            return None
        return await self._shown(part, source, read)

    async def _read(self, source: Source) -> _Read:
        known = self._ask.memory.get(source.key)
        if isinstance(known, _Read):
            return known
        if source.file_id:
            about = await self._client.get(self._owner, source.file_id)
            data_class = class_in(about)
            document = await self._client.extract_file(self._owner, source.file_id, tables="false")
            read = _Read({**document, "name": about["filename"]}, data_class)
        else:
            document = await self._client.extract(
                source.data, name=source.name, media_type=source.media_type, tables="false"
            )
            read = _Read({**document, "name": source.name}, DataClass.PUBLIC)
        self._ask.memory[source.key] = read
        return read

    async def _shown(self, part: Part, source: Source, read: _Read) -> list[dict[str, Any]]:
        pages = [str(page["text"]) for page in read.document["pages"]]
        single = len(pages) == 1 and read.document["kind"] not in ("pdf", "pptx")
        what: dict[str, Any] = {"text": pages[0]} if single else {"pages": pages}
        document = Document(kind_at(part), str(read.document["name"]), self._ask.question, **what)
        self._documents.append(document)
        self._class = max(self._class, read.data_class)
        self._pages += len(pages)
        if any(page["problem"] for page in read.document["pages"]):
            self._unread.add("file")
        images = await self._images(part, source, pages) if _wants_images(part) else []
        return [document.part, *images]

    async def _images(self, part: Part, source: Source, pages: list[str]) -> list[dict[str, Any]]:
        chosen = best(pages, self._ask.question, self._ask.spec.documents.max_images)
        asked = {"pages": ",".join(str(i + 1) for i in chosen), "format": "jpeg"}
        if source.file_id:
            path = f"/files/{source.file_id}/images"
            lines = self._client.lines("GET", path, self._owner.headers(), **asked)
        else:
            about = {"content-type": source.media_type or "application/octet-stream"}
            lines = self._client.lines("POST", "/images", about, content=source.data, **asked)
        return [image_part(kind_at(part), "image/jpeg", line["picture"]) async for line in lines if "image" in line]

    async def _image(self, part: Part, source: Source) -> dict[str, Any]:
        """A stored picture as the picture itself."""
        about = await self._client.get(self._owner, source.file_id)
        data, media_type = await self._client.content(self._owner, source.file_id)
        self._class = max(self._class, class_in(about))
        return image_part(kind_at(part), media_type.split(";")[0], base64.b64encode(data).decode())


def source_of(part: Part) -> Source | None:
    """Where the part's file is; None where it names an address or nothing. Raises ApiError(400) for broken base64."""
    holder = part.get("file") if isinstance(part.get("file"), Mapping) else part
    given = part.get("source") if isinstance(part.get("source"), Mapping) else {}
    assert isinstance(holder, Mapping)
    assert isinstance(given, Mapping)
    file_id = holder.get("file_id") or (given.get("file_id") if given.get("type") == "file" else None)
    if isinstance(file_id, str) and file_id:
        return Source(file_id=file_id, name=name_of(part))
    if kind_at(part) in ("input_image", "image"):
        return None
    if given.get("type") == "base64" and isinstance(given.get("data"), str):
        return Source(_bytes(str(given["data"])), str(given.get("media_type") or ""), name_of(part))
    text = data_of(part)
    if text is None:
        return None
    head, comma, body = text.partition(",")
    if comma and head.startswith("data:"):
        return Source(_bytes(body), head[5:].split(";")[0], name_of(part))
    return Source(_bytes(text), "", name_of(part))


def class_in(about: Mapping[str, Any]) -> DataClass:
    """The class that a stored file carries; restricted where its object does not say."""
    said = about.get("signalbox")
    label = said.get("data_class") if isinstance(said, Mapping) else None
    return next((c for c in DataClass if c.label == label), DataClass.RESTRICTED)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ApiError(
            400, "file_data is not valid base64: send data:application/pdf;base64,...", code="invalid_file_data"
        ) from None


def _holds_file(part: Part) -> bool:
    """Pictures are of interest only where they are stored files."""
    if kind_at(part) not in ("input_image", "image"):
        return True
    source = part.get("source")
    return bool(part.get("file_id")) or (isinstance(source, Mapping) and source.get("type") == "file")


def _has_address(part: Part) -> bool:
    if kind_at(part) in ("input_image", "image"):
        return False
    source = part.get("source")
    return bool(part.get("file_url")) or (isinstance(source, Mapping) and source.get("type") == "url")


def _wants_images(part: Part) -> bool:
    holder = part.get("file") if isinstance(part.get("file"), Mapping) else part
    return isinstance(holder, Mapping) and holder.get("detail") == "high"
