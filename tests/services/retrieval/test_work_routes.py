"""Routes of the worker and of the command."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest

from services.common.errors import ApiError
from services.retrieval.work_routes import PREFIX, rows_of
from tests.services.retrieval.desk import Desk


def told(desk: Desk, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    answer = desk.client.request(method, PREFIX + path, json=body)
    return answer.status_code, answer.json()


def test_status(desk: Desk) -> None:
    store = desk.store("A text.")
    desk.files["file-a"] = "text"
    desk.good("POST", f"/{store}/files", {"file_id": "file-a"})
    _, status = told(desk, "GET", "/status")
    assert (status["stores"], status["files"], status["chunks"], status["waiting"]) == (1, 2, 1, 1)
    assert status["queue"] == "ready"


def test_a_file_that_nobody_waits_for_takes_nothing(desk: Desk) -> None:
    store = desk.store("A text.")
    for path in ("", "/chunks", "/complete", "/fail"):
        body = {"first": 0, "chunks": [], "vectors": "", "code": "x", "message": "y"} | {
            "chunks": 0 if path == "/complete" else []
        }
        status, _ = told(desk, "POST" if path else "GET", f"/files/{store}/file-0{path}", body)
        assert status == 404, path


def test_the_dead_can_be_tried_again(desk: Desk) -> None:
    store = desk.store("A text.")
    file = desk.stores.catalogue.file(store, "file-0")
    assert file is not None
    assert told(desk, "GET", "/dead") == (200, {"jobs": []})
    assert told(desk, "POST", "/dead/retry") == (200, {"queued": 0})


def test_vectors_are_one_for_each() -> None:
    sent = base64.b64encode(np.zeros((2, 384), "<f4").tobytes()).decode()
    assert rows_of(sent, 2).shape == (2, 384)
    with pytest.raises(ApiError):
        rows_of(sent, 3)
