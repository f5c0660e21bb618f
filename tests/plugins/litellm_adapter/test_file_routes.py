"""The class that a new file gets. The routes run in tests/e2e/test_documents.py."""

from __future__ import annotations

import io
from typing import Any

import pytest
from starlette.datastructures import UploadFile
from starlette.requests import Request

from plugins.assembly import build_router
from plugins.litellm_adapter.file_routes import (
    CHUNK,
    _class,
    _expiry,
    _facts,
    _judged,
    caller_of,
    chunks,
    owner_of,
    told,
)
from plugins.litellm_adapter.hooks import SignalboxHooks
from plugins.routing.types import DataClass
from services.common.documents_client import DocumentsClient, FileOwner
from services.common.errors import ApiError
from tests.plugins.litellm_adapter import facts


class Reads(DocumentsClient):
    """Reads this text out of every file, or fails."""

    def __init__(self, text: str = "", kind: str = "pdf", error: ApiError | None = None, problem: str | None = None):
        self.text, self.kind, self.error, self.problem = text, kind, error, problem

    async def extract_file(self, owner: FileOwner, file_id: str, **options: str) -> dict[str, Any]:
        if self.error is not None:
            raise self.error
        return {"kind": self.kind, "pages": [{"text": self.text, "problem": self.problem}]}


@pytest.fixture(scope="module")
def hooks() -> SignalboxHooks:
    made = SignalboxHooks()
    made._gateway = facts.gateway()
    made._gateway.router = build_router(facts.config())
    return made


def _request(**headers: str) -> Request:
    raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/v1/files", "headers": raw})


PUBLIC = facts.key(data_class="public")


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        (Reads("Boil the potatoes for twenty minutes."), (DataClass.PUBLIC, None)),
        (Reads("Card 4111 1111 1111 1111"), (DataClass.RESTRICTED, None)),
        (Reads("words in a picture", kind="png"), (DataClass.RESTRICTED, None)),
        (Reads("", problem="no_text"), (DataClass.RESTRICTED, None)),
        (Reads(error=ApiError(400, "x", code="encrypted")), (DataClass.RESTRICTED, "encrypted")),
        (Reads(error=ApiError(415, "x", code="unsupported")), (DataClass.RESTRICTED, None)),
    ],
)
async def test_a_file_carries_what_is_found_in_it(
    hooks: SignalboxHooks, service: Reads, expected: tuple[DataClass, str | None]
) -> None:
    assert await _judged(hooks, service, _request(), PUBLIC, FileOwner("k"), "file-1") == expected


def test_without_a_signal_it_is_restricted(hooks: SignalboxHooks) -> None:
    bare = SignalboxHooks()
    bare._gateway = facts.gateway()
    given = _facts(_request(), PUBLIC, "harmless")
    assert given.conversation == ""
    assert _class(bare, given) is DataClass.RESTRICTED
    assert _class(hooks, given) is DataClass.PUBLIC


def test_owners_are_the_keys_hash_and_team() -> None:
    caller = caller_of(_request(), facts.key())
    assert owner_of(caller) == FileOwner("hash", "t", False)
    assert owner_of(caller_of(_request(), facts.key("proxy_admin"))).admin
    with pytest.raises(Exception, match="must be one of"):
        caller_of(_request(x_signalbox_data_class="secret"), facts.key())


def test_expiry() -> None:
    assert _expiry({}) is None
    assert _expiry({"expires_after[anchor]": "created_at", "expires_after[seconds]": "60"}) == 60
    for wrong in ({"expires_after[seconds]": "x"}, {"expires_after[anchor]": "now", "expires_after[seconds]": "6"}):
        with pytest.raises(ApiError):
            _expiry(wrong)


async def test_the_services_errors_are_told_as_they_are() -> None:
    async def fails() -> None:
        raise ApiError(404, "There is no file.", code="file_not_found", param="file_id")

    with pytest.raises(Exception, match="no file") as caught:
        await told(fails())
    assert caught.value.code == "404"  # type: ignore[attr-defined]


async def test_an_upload_is_read_in_pieces() -> None:
    upload = UploadFile(io.BytesIO(b"x" * (CHUNK + 1)))
    assert [len(piece) async for piece in chunks(upload)] == [CHUNK, 1]
