from __future__ import annotations

from pathlib import Path

from tests.services.console.conftest import browser_for, log_in
from tests.services.console.seed import furnish, make_state


async def test_versions_their_difference_and_no_credential(tmp_path: Path) -> None:
    state = make_state(tmp_path, 0)
    furnish(state)
    async with browser_for(state) as browser:
        await log_in(browser)
        newest = (await browser.get("/console/config")).text
        second = (await browser.get("/console/config?version=2")).text
        for nothing in ("9", "x", "1' OR 1", "0"):
            assert (await browser.get("/console/config", params={"version": nothing})).status_code == 404
    assert "Version 3, against 2" in newest
    assert '<span class="d-add">+  - model_name: frontier</span>' in newest
    assert "sk-hidden" not in newest
    assert "(hidden " in newest
    assert '<span class="d-del">-    default_class: restricted</span>' in second
    assert '<span class="d-add">+    default_class: internal</span>' in second
    assert "gateway.boundary.default_class changed" in second


async def test_before_the_first_version(tmp_path: Path) -> None:
    async with browser_for(make_state(tmp_path, 0)) as browser:
        await log_in(browser)
        assert "No version yet." in (await browser.get("/console/config")).text
