"""The shape of a file; the routes are tested through ``test_app``."""

from __future__ import annotations

from openai.types import FileObject

from services.documents.file_routes import shape
from services.documents.store import StoredFile

FILE = StoredFile("file-1", "k", None, "a.pdf", "application/pdf", "user_data", 3, "0", "internal", 5, None, None)


def test_the_official_sdk_reads_it() -> None:
    read = FileObject.model_validate(shape(FILE))
    assert (read.id, read.bytes, read.status, read.expires_at) == ("file-1", 3, "processed", None)
    assert shape(FILE)["signalbox"]["data_class"] == "internal"
