"""Somebody else's file is told like one that is not there; the routes are tested through ``test_app``."""

from __future__ import annotations

from services.documents.extract_routes import not_found


def test_an_unknown_file() -> None:
    error = not_found("file-1" * 100)
    assert (error.status, error.code, error.param) == (404, "file_not_found", "file_id")
    assert len(error.message) < 200
