"""What ``signalbox boundary erase`` asks of this part, on the real one."""

from __future__ import annotations

from pathlib import Path

import httpx
from fastapi.testclient import TestClient

from services.documents.app import documents_app
from services.documents.settings import Limits
from services.erasure.parts import RunningParts


def test_all_files_of_a_key_go_and_those_of_others_stay(tmp_path: Path) -> None:
    with TestClient(documents_app(tmp_path, Limits(), "k"), headers={"authorization": "Bearer k"}) as client:

        def ask(request: httpx.Request) -> httpx.Response:
            headers = {k: v for k, v in request.headers.items() if k.startswith("x-") or k == "authorization"}
            answer = client.request(request.method, str(request.url), headers=headers)
            return httpx.Response(answer.status_code, content=answer.content)

        for key in ("anna", "anna", "carl"):
            headers = {"x-signalbox-key-id": key, "x-signalbox-team-id": "red", "x-filename": "a.txt"}
            made = client.post("/files?purpose=user_data", content=b"Anna Berg lives in Oslo.", headers=headers)
            assert made.status_code == 200, made.text
        parts = RunningParts({"documents": "http://testserver"}, "k", httpx.MockTransport(ask))
        assert parts.erase_of(["anna"]) == {"files": 2}
        left = client.get("/files", headers={"x-signalbox-key-id": "carl"}).json()["data"]
        assert len(left) == 1
    assert len(list((tmp_path / "documents" / "blobs").iterdir())) == 1
