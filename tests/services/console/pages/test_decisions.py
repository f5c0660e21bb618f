from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import httpx

from tests.services.console.conftest import browser_for, log_in
from tests.services.console.seed import BASE, make_records, make_state, write_log


def ids(page: str) -> list[str]:
    return re.findall(r'href="/console/decisions/(dec-\d+)"', page)


async def test_newest_first(admin: httpx.AsyncClient) -> None:
    text = (await admin.get("/console/decisions")).text
    assert ids(text) == [f"dec-{i}" for i in reversed(range(10))]
    assert "Older" not in text


async def test_pages_by_links(tmp_path: Path) -> None:
    async with browser_for(make_state(tmp_path, 120)) as browser:
        await log_in(browser)
        seen: list[str] = []
        path = "/console/decisions?"
        for _ in range(3):
            text = (await browser.get(path)).text
            seen += ids(text)
            following = re.search(r'rel="next" class="next" href="([^"]+)"', text)
            path = "/console/decisions" + (following[1].replace("&amp;", "&") if following else "")
        assert seen == [f"dec-{i}" for i in reversed(range(120))]
        assert following is None
        newer = re.search(r'rel="prev" href="([^"]+)"', text)
        assert newer is not None
        assert ids((await browser.get("/console/decisions" + newer[1])).text) == seen[50:100]


async def test_a_filter_is_kept_in_the_links_and_the_form(tmp_path: Path) -> None:
    async with browser_for(make_state(tmp_path, 400)) as browser:
        await log_in(browser)
        text = (await browser.get("/console/decisions?tier=small&outcome=served")).text
    assert "<option selected>small</option>" in text
    assert re.search(r'href="\?tier=small&amp;outcome=served&amp;before=\d+"', text)
    assert "t-large" not in text


async def test_nothing_found_offers_the_way_back(admin: httpx.AsyncClient) -> None:
    text = (await admin.get("/console/decisions?intent=nope")).text
    assert "No decision matches" in text
    assert "No decisions yet" not in text


async def test_rows_alone_for_the_live_view(admin: httpx.AsyncClient) -> None:
    text = (await admin.get("/console/decisions?rows=only")).text
    assert text.lstrip().startswith("<tr>")
    assert len(ids(text)) == 10


async def test_hostile_words_in_the_log_are_text(tmp_path: Path) -> None:
    state = make_state(tmp_path, 0)
    evil = "<script>alert(1)</script>"
    record = replace(
        BASE, at=make_records(1, 1.8e9)[0].at, capability=evil, intent=evil, reasons=(evil,), decision_id=evil
    )
    write_log(state / "decisions.sqlite", [record])
    async with browser_for(state) as browser:
        await log_in(browser)
        for path in ("/console", "/console/decisions", "/console/decisions/%3Cscript%3Ealert(1)%3C%2Fscript%3E"):
            text = (await browser.get(path)).text
            assert evil not in text
        assert "&lt;script&gt;alert(1)" in (await browser.get("/console/decisions")).text
