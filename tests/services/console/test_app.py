from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from services.console.security_headers import POLICY
from tests.services.console.conftest import browser_for, form_token, log_in

PAGES = ["/console", "/console/decisions", "/console/decisions?outcome=refused", "/console/decisions?intent=unsure"]
PAGES += ["/console/decisions?before=500", "/console/decisions/dec-5", "/console/models", "/console/try"]


async def test_health_needs_no_login(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/health/readiness")).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"), [("/console/nothing", 404), ("/console/static/secret", 404), ("/console/decisions/nope", 404)]
)
async def test_a_problem_is_a_page(admin: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await admin.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    assert "Back to the console" in answer.text


async def test_a_broken_log_is_a_page_that_says_so(admin: httpx.AsyncClient, state: Path) -> None:
    for name in ("decisions.sqlite", "decisions.sqlite-wal", "decisions.sqlite-shm"):
        (state / name).unlink(missing_ok=True)
    (state / "decisions.sqlite").write_bytes(b"not a database at all" * 100)
    answer = await admin.get("/console/decisions")
    assert answer.status_code == 503
    assert "The decision log cannot be read" in answer.text


async def test_a_form_that_is_too_large_is_refused(admin: httpx.AsyncClient) -> None:
    token = form_token((await admin.get("/console/try")).text)
    answer = await admin.post("/console/try", data={"form_token": token, "text": "x" * 500_000})
    assert answer.status_code == 413


async def test_pages_name_no_other_host(admin: httpx.AsyncClient) -> None:
    for path in PAGES:
        text = (await admin.get(path)).text.replace("http://127.0.0.1:4000/v1/chat/completions", "")
        assert "http://" not in text, path
        assert "https://" not in text, path


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_of_a_hundred_thousand_is_quick(big_state: Path, path: str) -> None:
    async with browser_for(big_state) as browser:
        await log_in(browser)
        times: list[float] = []
        for _ in range(3):
            # Of this process, so that what else the machine does counts for nothing.
            started = time.process_time()
            assert (await browser.get(path)).status_code == 200
            times.append(time.process_time() - started)
    print(f"{path}: {min(times) * 1000:.0f} ms")
    assert min(times) < 0.3
