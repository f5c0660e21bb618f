"""The real process, as the supervisor starts it."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx

from services.documents.__main__ import main
from tests.services.documents import make
from tests.support.service import service


def test_it_serves_with_the_key_and_its_section(tmp_path: Path) -> None:
    environ = {"SIGNALBOX_INTERNAL_KEY": "k", "SIGNALBOX_DOCUMENTS": '{"max_pages": 3}'}
    with service("services.documents", "--state", str(tmp_path), **environ) as running:
        key = {"authorization": "Bearer k"}
        with httpx.Client(base_url=running.url, headers=key, timeout=60, trust_env=False) as http:
            read = http.post("/extract", content=make.one_page(make.TEXT))
            assert "Plain words" in read.json()["pages"][0]["text"]
            assert http.post("/extract", content=make.many_pages(4)).json()["error"]["code"] == "too_many_pages"
    assert running.code in (0, -signal.SIGTERM)


def test_a_section_that_cannot_be_used_ends_it(tmp_path: Path) -> None:
    assert main(["--state", str(tmp_path)], {"SIGNALBOX_DOCUMENTS": "["}) == 2
