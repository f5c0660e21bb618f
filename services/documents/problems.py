"""Why a document cannot be read, as a status, a stable code and a sentence that says what to do.

Knows: every such reason. Does not know: how it was found. Nothing of a document's content stands in a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DocumentProblem(Exception):  # noqa: N818 - the document's fault, told to whoever sent it
    """``code``: one of ``PROBLEMS``. ``message``: by default that code's, with ``values`` filled in."""

    def __init__(self, code: str, message: str | None = None, **values: object) -> None:
        status, text = PROBLEMS[code]
        self.code = code
        self.status = status
        self.message = message or text.format(**values)
        super().__init__(self.message)

    def told(self) -> dict[str, Any]:
        """What crosses from a worker process to the service."""
        return {"code": self.code, "message": self.message}


def told_back(said: Mapping[str, Any]) -> DocumentProblem:
    """The problem that a worker told; one with a code of no known kind counts as ``unreadable``."""
    code = said.get("code")
    known = code if isinstance(code, str) and code in PROBLEMS else "unreadable"
    return DocumentProblem(known, str(said.get("message") or "") or None)


PROBLEMS: Mapping[str, tuple[int, str]] = {
    "empty": (400, "The file is empty (0 bytes): send its content."),
    "encrypted": (400, "The document is encrypted: save it without a password and send it again."),
    "truncated": (400, "The document is cut off or damaged and cannot be opened: send the whole file."),
    "wrong_type": (400, "The file is named like {named} and holds {holds}: name it by what it holds."),
    "unsupported": (
        415,
        "Files of this kind are not read. Read are PDF, DOCX, PPTX, XLSX, HTML, EML, MD, CSV, TXT, PNG and JPEG.",
    ),
    "active_content": (
        400,
        "The PDF carries {what}, which is not opened here: save it without, or set gateway.documents.active_content: "
        "ignore, which leaves that part unread.",
    ),
    "too_many_pages": (
        413,
        "The document has {pages} pages, more than {most}: send fewer, or raise gateway.documents.max_pages.",
    ),
    "too_large": (
        413,
        "The document unpacks to more than may be read here ({most}): send a smaller one, or raise "
        "gateway.documents.memory_mb.",
    ),
    "too_nested": (400, "The document is nested too deeply to be read: save it anew from the program that made it."),
    "too_slow": (
        422,
        "The document could not be read within {seconds:g} seconds: send less of it, or raise "
        "gateway.documents.timeout_s.",
    ),
    "no_text": (
        422,
        "No text was found in the document, also not by reading its pages as images: send one that has text.",
    ),
    "bad_pages": (400, "pages must be like 1-5,8 and within the document's {pages} pages."),
    "unreadable": (422, "The document cannot be read: save it anew from the program that made it."),
}
"""Status and message by code."""
