"""What the documents service says, as this one reads it."""

from __future__ import annotations

import httpx
import pytest

from services.common.errors import ApiError
from services.retrieval.documents import Documents, Unavailable, documents_from
from services.retrieval.owner import Owner

ME = Owner("k")


def client(status: int, **body: object) -> Documents:
    return Documents("http://d/", "key", httpx.MockTransport(lambda _: httpx.Response(status, json=body)))


async def test_a_file_and_its_errors() -> None:
    assert await client(200, id="f").about(ME, "f") == {"id": "f"}
    with pytest.raises(ApiError) as caught:
        await client(415, error={"message": "No such format.", "code": "unsupported"}).read(
            ME.headers(), "f", "/extract"
        )
    assert (caught.value.status, caught.value.code, caught.value.message) == (415, "unsupported", "No such format.")
    with pytest.raises(ApiError, match="cannot be read"):
        await client(400).read({}, "f")


@pytest.mark.parametrize("documents", [client(503), client(429), Documents(None, None), documents_from({})])
async def test_what_may_be_there_in_a_moment(documents: Documents) -> None:
    with pytest.raises(Unavailable):
        await documents.read({}, "f")
    with pytest.raises(ApiError) as caught:
        await documents.about(ME, "f")
    assert caught.value.status == 503
    await documents.close()


async def test_who_asks_is_passed_on_and_ids_cannot_lead_elsewhere() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"bytes")

    documents = Documents("http://d", "key", httpx.MockTransport(answer))
    assert await documents.content(Owner("k", "t").headers(), "../../x") == b"bytes"
    assert seen[0].headers["x-signalbox-team-id"] == "t"
    assert seen[0].headers["authorization"] == "Bearer key"
    assert seen[0].url.raw_path == b"/files/..%2F..%2Fx/content"
