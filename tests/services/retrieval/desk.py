"""The service in this process, with a real Redis and real models; uploaded files are said by the test.

Knows: how the parts are put together. Does not know: processes (``rig``).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from fastapi.testclient import TestClient

from services.retrieval.app import retrieval_app
from services.retrieval.documents import Documents
from services.retrieval.jobs import Jobs, queue_name
from services.retrieval.minilm.encoder import Encoder
from services.retrieval.owner import Owner
from services.retrieval.stores import Stores
from services.retrieval.work import Worker

KEY = "internal"
ME, MATE, OTHER = Owner("key-1", "team-1"), Owner("key-2", "team-1"), Owner("key-3")
ADMIN = Owner("root", admin=True)


class Desk:
    """``files``: content by id, as ``services/documents`` would have them; ``classes``: their data classes. ``down``:
    that service does not answer."""

    def __init__(
        self, state: Path, redis_url: str | None, encoder: Encoder, quick: Encoder, folder: Path | None = None
    ) -> None:
        self.encoder, self.quick = encoder, quick
        self.files: dict[str, str] = {}
        self.classes: dict[str, str] = {}
        self.down = False
        self.now = 1_800_000_000.0
        self.jobs = Jobs(redis_url, queue_name(state))
        self.stores = Stores(folder or state / "retrieval", self.jobs, max_stores=5, clock=lambda: self.now)
        documents = Documents("http://documents", KEY, httpx.MockTransport(self._documents))
        self.app = retrieval_app(lambda: encoder, KEY, self.stores, documents, quick=lambda: quick, upkeep_s=3600)
        client: Any = TestClient(self.app, headers={"authorization": f"Bearer {KEY}"})
        self.client = client
        mine = Documents("http://documents", KEY, httpx.MockTransport(self._documents))
        self.worker = Worker(client, mine, quick)

    def ask(self, method: str, path: str, body: Any = None, owner: Owner = ME) -> httpx.Response:
        """A request under ``/v1/vector_stores``."""
        answer: httpx.Response = self.client.request(
            method, f"/v1/vector_stores{path}", json=body, headers=owner.headers()
        )
        return answer

    def good(self, method: str, path: str, body: Any = None, owner: Owner = ME) -> dict[str, Any]:
        """The body of an answer that must be 200."""
        answer = self.ask(method, path, body, owner)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def store(self, *texts: str, **body: Any) -> str:
        """A store that has taken in a file for each text: file-0, file-1, ..."""
        ids = []
        for number, text in enumerate(texts):
            ids.append(f"file-{number}")
            self.files[ids[-1]] = text
        made = self.good("POST", "", {"file_ids": ids, **body})
        self.work()
        return str(made["id"])

    def work(self) -> None:
        """Does what the worker would do."""
        for file in self.stores.catalogue.unfinished():
            self.worker.ingest(file.store_id, file.file_id)

    def found(self, store: str, query: str, **body: Any) -> list[str]:
        """Ids of the files that a search finds, best first."""
        return [hit["file_id"] for hit in self.good("POST", f"/{store}/search", {"query": query, **body})["data"]]

    def _documents(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            return httpx.Response(503)
        id = request.url.path.split("/")[2]
        if id not in self.files or request.headers["x-signalbox-key-id"] == OTHER.key_id:
            error = {"message": "There is no such file.", "code": "file_not_found", "param": "file_id"}
            return httpx.Response(404, json={"error": error})
        if request.url.path.endswith("/content"):
            return httpx.Response(200, content=self.files[id].encode())
        if request.url.path.endswith("/extract"):
            pages = [{"number": n, "text": t, "blocks": []} for n, t in enumerate(self.files[id].split("\f"), start=1)]
            return httpx.Response(200, json={"kind": "pdf", "pages": pages})
        kind = "application/pdf" if "\f" in self.files[id] else "text/plain"
        ours = {"data_class": self.classes.get(id, "internal"), "media_type": kind}
        return httpx.Response(200, json={"id": id, "filename": f"{id}.txt", "signalbox": ours})
