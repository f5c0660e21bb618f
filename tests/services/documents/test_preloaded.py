"""What job processes are forked from has the readers imported."""

from __future__ import annotations

import sys

import services.documents.preloaded


def test_the_readers_are_there() -> None:
    assert services.documents.preloaded.__doc__
    wanted = ("pypdfium2", "pdfplumber", "unstructured.partition.docx", "unstructured.partition.html")
    assert [name for name in wanted if name not in sys.modules] == []
