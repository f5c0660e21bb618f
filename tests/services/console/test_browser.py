"""The pages in a real browser: light and dark, wide and 390 px, by keyboard alone, and nothing from another host.

Pictures of every page are kept under build/screenshots.
"""

from __future__ import annotations

import itertools
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from services.console.app import create_console
from services.console.settings import read_settings
from tests.services.console.fake_gateway import FakeGateway
from tests.services.console.seed import CONFIG, furnish, make_records, make_state, write_log

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATHS = [
    "/console",
    "/console/decisions",
    "/console/costs",
    "/console/boundary",
    "/console/models",
    "/console/classifier",
    "/console/config",
    "/console/try",
    "/console/nothing",
]
SCREENSHOTS = Path(__file__).parents[3] / "build" / "screenshots"
"""Where pictures of every page are kept; SIGNALBOX_SCREENSHOTS names another folder."""


def chromium() -> str:
    """The browser's path; skips, with the reason, where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on PATH: install the package `chromium` to run the browser tests")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def served(state: Path) -> Iterator[str]:
    """The console on a loopback port; yields its base URL."""
    app = create_console(read_settings(state, {}), transport=FakeGateway())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


class Watched:
    """A page whose complaints and requests are kept."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.base = base
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def log_in(self) -> None:
        self.page.goto(f"{self.base}/console")
        self.page.fill("#secret", "open sesame")
        self.page.press("#secret", "Enter")
        self.page.wait_for_selector("h1:has-text('Overview')")

    def keep(self, name: str) -> None:
        folder = Path(os.environ.get("SIGNALBOX_SCREENSHOTS") or SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)


def watched(browser: Browser, base: str, *, width: int = 1280) -> Watched:
    return Watched(browser.new_context(viewport={"width": width, "height": 900}), base)


@pytest.fixture(scope="module", params=[0, 10, 100_000])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A console with so many decisions, and how many."""
    chromium()
    if request.param == 100_000:
        state: Path = request.getfixturevalue("big_state")
    else:
        config = CONFIG if request.param else "gateway: {}\n"
        state = make_state(tmp_path_factory.mktemp("browser"), request.param, config=config)
        if request.param:
            furnish(state)
    with served(state) as url:
        yield url, request.param


def test_every_page_fits_complains_of_nothing_and_stays_here(browser: Browser, base: tuple[str, int]) -> None:
    url, count = base
    watch = watched(browser, url)
    watch.log_in()
    for path in PATHS:
        watch.page.goto(url + path)
        for width, scheme in itertools.product((1280, 390), ("light", "dark")):
            watch.page.set_viewport_size({"width": width, "height": 900})
            # Without transitions: a picture is taken at once.
            watch.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
            shown = watch.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert shown == [width, width], (path, shown)
            # The sheet is applied: the page follows the scheme that the reader prefers.
            back = watch.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert back == ("rgb(14, 20, 26)" if scheme == "dark" else "rgb(244, 246, 248)")
            watch.keep(f"{count}{path.replace('/', '-')}-{scheme}-{width}")
    missing = [c for c in watch.complaints if "404" not in c]  # the browser reports the page that is not there
    assert missing == []
    assert {asked for asked in watch.requests if not asked.startswith(url + "/console")} == set()
    watch.page.context.close()


@pytest.fixture
def ten(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    chromium()
    state = make_state(tmp_path, 10)
    with served(state) as url:
        yield url, state


def test_by_keyboard_alone(browser: Browser, ten: tuple[str, Path]) -> None:
    watch = watched(browser, ten[0])
    page = watch.page
    watch.log_in()
    page.goto(f"{watch.base}/console/try")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "text"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("Summarize this")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#would")
    page.locator("button[value=send]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#answer")
    assert "<script>" in page.inner_text(".answer")
    assert watch.complaints == []
    page.context.close()


def test_new_decisions_appear_and_the_live_view_can_be_paused(browser: Browser, ten: tuple[str, Path]) -> None:
    watch = watched(browser, ten[0])
    watch.log_in()
    watch.page.goto(f"{watch.base}/console/decisions")
    assert watch.page.locator("tbody tr").count() == 10
    write_log(ten[1] / "decisions.sqlite", make_records(2, time.time()))
    watch.page.locator("tbody tr").nth(11).wait_for(timeout=15_000)
    button = watch.page.locator("[data-live-toggle]")
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert watch.complaints == []
    watch.page.context.close()


def test_the_first_decision_replaces_the_empty_page(browser: Browser, tmp_path: Path) -> None:
    state = make_state(tmp_path, 0)
    with served(state) as base:
        watch = watched(browser, base)
        watch.log_in()
        watch.page.goto(f"{base}/console/decisions")
        assert "No decisions yet" in watch.page.inner_text("main")
        write_log(state / "decisions.sqlite", make_records(1, time.time()))
        watch.page.locator("tbody tr").wait_for(timeout=15_000)
        assert watch.complaints == []
        watch.page.context.close()


def test_a_live_page_whose_session_is_over_asks_for_a_login(browser: Browser, ten: tuple[str, Path]) -> None:
    watch = watched(browser, ten[0])
    watch.log_in()
    watch.page.goto(f"{watch.base}/console/decisions")
    watch.page.context.clear_cookies()
    watch.page.locator("#secret").wait_for(timeout=15_000)
    assert "next=%2Fconsole%2Fdecisions" in watch.page.url
    watch.page.context.close()


def test_a_phone_gets_cards(browser: Browser, ten: tuple[str, Path]) -> None:
    watch = watched(browser, ten[0], width=390)
    watch.log_in()
    watch.page.goto(f"{watch.base}/console/decisions")
    row = watch.page.locator("tbody tr").first
    cells = row.locator("td")
    assert cells.nth(1).evaluate("e => getComputedStyle(e, '::before').content") == '"Asked for"'
    assert row.evaluate("e => getComputedStyle(e).display") == "grid"
    assert row.evaluate("e => e.scrollWidth <= innerWidth")
    watch.page.goto(f"{watch.base}/console/config")
    here = watch.page.locator("nav a[aria-current=page]")
    left, right = here.evaluate("e => [e.getBoundingClientRect().left, e.getBoundingClientRect().right]")
    assert 0 <= left < right <= 390, "the bar shows the page that one is on"
    watch.page.context.close()
