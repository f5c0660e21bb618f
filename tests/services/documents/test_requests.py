"""What a request says in headers and query."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.common.errors import ApiError
from services.documents.problems import DocumentProblem
from services.documents.requests import api_error, class_of, job_of, name_of, owner_of, pieces
from services.documents.store import Owner
from services.documents.worker import Job
from tests.services.documents.asking import asking


@pytest.mark.parametrize("query", ["ocr=maybe", "tables=yes", "boxes=2"])
def test_wrong_options(query: str) -> None:
    with pytest.raises(ApiError) as caught:
        job_of(asking(query=query), Path("x"), "", "")
    assert caught.value.param == query.split("=")[0]


def test_right_options() -> None:
    asked = asking(query="ocr=off&tables=false&boxes=true&pages=1-2")
    assert job_of(asked, Path("x"), "n", "m") == Job(Path("x"), "n", "m", "1-2", False, True, "off")
    assert job_of(asking(), Path("x"), "", "") == Job(Path("x"))


def test_names_have_no_folders() -> None:
    assert name_of(asking({"x-filename": "C%3A%5Cdocs%5C..%2F%C3%BC%0A.pdf"})) == "ü.pdf"
    assert name_of(asking()) == ""


def test_owners_and_classes() -> None:
    given = asking({"x-signalbox-key-id": "k", "x-signalbox-team-id": "t", "x-signalbox-admin": "true"})
    assert owner_of(given) == Owner("k", "t", True)
    assert owner_of(asking()) == Owner("")
    assert class_of(asking()) == "restricted"
    with pytest.raises(ApiError):
        class_of(asking({"x-signalbox-data-class": "secret"}))


async def test_problems_and_bodies() -> None:
    error = api_error(DocumentProblem("encrypted"))
    assert (error.status, error.code, error.type) == (400, "encrypted", "invalid_request_error")
    assert [piece async for piece in pieces(b"x")] == [b"x"]
