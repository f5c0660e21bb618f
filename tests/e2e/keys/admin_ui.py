"""LiteLLM's admin UI in a real Chromium, as an operator uses it.

Knows: its pages, labels and menus (1.106.2). Does not know: what a test expects. Every step leaves a screenshot in
``build/screenshots``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SCREENSHOTS = Path(__file__).parents[3] / "build" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WAIT_MS = 45_000


class AdminUi:
    """One browser window. ``url``: the gateway's. ``name``: of its pictures."""

    def __init__(self, page: Any, url: str, name: str = "admin_ui") -> None:
        self.page = page
        self.url = url
        self.name = name
        self.shots = 0

    def shot(self, name: str, page: Any = None) -> None:
        """A picture of the window, or of another one, as it is now."""
        self.shots += 1
        (page or self.page).screenshot(path=SCREENSHOTS / f"{self.name}_{self.shots:02d}_{name}.png")

    def log_in(self, password: str, user: str = "admin", home: str = "Create New Virtual Key") -> None:
        """Ends on the first page, which has the words ``home``."""
        self.page.goto(f"{self.url}/ui/", wait_until="domcontentloaded")
        self.page.get_by_placeholder("Enter your username").fill(user)
        self.page.get_by_placeholder("Enter your password").fill(password)
        self.shot("login")
        self.page.keyboard.press("Enter")
        self.page.get_by_text(home).first.wait_for()
        self.shot("home")

    def create_key(self, alias: str, model: str, budget: str, rpm: str) -> str:
        """The new key."""
        page = self.page
        self._go("api-keys")
        page.locator("button:has-text('Create New Key')").first.click()
        page.fill("#key_alias", alias)
        page.click("#models")
        page.keyboard.type(model)
        page.get_by_role("option", name=model, exact=True).click()
        page.locator("#key_alias").click()
        page.get_by_text("Optional Settings").first.click()
        page.fill("#max_budget", budget)
        page.fill("#rpm_limit", rpm)
        self.shot("new_key")
        with page.expect_response(lambda r: "/key/generate" in r.url) as made:
            page.get_by_role("button", name="Create Key", exact=True).click()
        assert made.value.status == 200, made.value.text()
        self.shot("key_created")
        return str(made.value.json()["key"])

    def row_of(self, alias: str) -> str:
        """What the list of keys says of one."""
        self._go("api-keys")
        row = self.page.locator("tr", has_text=alias)
        row.wait_for()
        self.shot("keys")
        return str(row.inner_text())

    def logs(self, alias: str) -> str:
        """The latest request of a key as the page Logs has it."""
        self._go("logs")
        row = self.page.locator("tr", has_text=alias).first
        row.wait_for()
        self.shot("logs")
        return str(row.inner_text())

    def usage(self, wanted: str) -> str:
        """The page Usage, once it shows ``wanted``."""
        self._go("usage")
        self.page.get_by_text(wanted).first.wait_for()
        self.shot("usage")
        return str(self.page.inner_text("body"))

    def set_metadata(self, alias: str, metadata: str) -> None:
        """Replaces a key's metadata, which is JSON."""
        page = self.page
        self._open(alias)
        page.get_by_role("tab", name="Settings").click()
        page.get_by_role("button", name="Edit Settings").click()
        field = page.locator("textarea[name=metadata]")
        field.fill(metadata)
        field.evaluate("field => field.scrollIntoView({block: 'center'})")
        self.shot("metadata")
        with page.expect_response(lambda r: "/key/update" in r.url) as made:
            page.get_by_role("button", name="Save Changes").click()
        assert made.value.status == 200, made.value.text()
        page.get_by_text("Key updated successfully").wait_for()
        self.shot("metadata_saved")

    def delete_key(self, alias: str) -> None:
        """Revokes a key, with the confirmation that it asks for."""
        page = self.page
        self._open(alias)
        page.get_by_role("button", name="Regenerate Key").locator("xpath=following::button[1]").click()
        page.get_by_role("menuitem", name="Delete Key").click()
        dialog = page.get_by_role("dialog")
        dialog.locator("input").fill(alias)
        self.shot("delete")
        with page.expect_response(lambda r: "/key/delete" in r.url) as made:
            dialog.get_by_role("button", name=re.compile("^Delete")).click()
        assert made.value.status == 200, made.value.text()
        page.locator("button:has-text('Create New Key')").first.wait_for()
        self.shot("deleted")

    def to_console(self) -> Console:
        """The console, by the link in LiteLLM's bar; a new window."""
        self._go("api-keys")
        self.page.get_by_role("button", name="Blog").click()
        self.page.get_by_text("Signalbox console").wait_for()
        self.shot("link")
        with self.page.expect_popup() as opened:
            self.page.get_by_text("Signalbox console").click()
        console = Console(opened.value, self)
        console.page.get_by_role("heading", name="Overview").wait_for()
        self.shot("console", console.page)
        return console

    def _open(self, alias: str) -> None:
        self._go("api-keys")
        self.page.locator("tr", has_text=alias).locator("button").first.click()
        self.page.get_by_role("button", name="Regenerate Key").wait_for()

    def _go(self, page: str) -> None:
        self.page.goto(f"{self.url}/ui/{page}/", wait_until="domcontentloaded")


class Console:
    """A window that shows our console. ``ui``: where it was opened from."""

    def __init__(self, page: Any, ui: AdminUi) -> None:
        self.page = page
        self.ui = ui
        page.set_default_timeout(WAIT_MS)

    def decision(self, decision: str) -> str:
        """The words of one decision's page."""
        self.page.goto(f"{self.ui.url}/console/decisions/{decision}")
        self.ui.shot("decision", self.page)
        return str(self.page.inner_text("body"))

    def judge(self, decision: str) -> None:
        """Says that it was a good answer."""
        self.decision(decision)
        self.page.get_by_role("button", name="Good").click()
        self.page.get_by_role("status").get_by_text("good").wait_for()
        self.ui.shot("judged", self.page)

    def forged(self, path: str, **form: str) -> int:
        """Status of a form that the page does not offer, with this session's token."""
        script = """([path, form]) => {
            const token = document.querySelector("input[name=form_token]").value;
            const body = new URLSearchParams({...form, form_token: token});
            return fetch(path, {method: "POST", body}).then(answer => answer.status);
        }"""
        return int(self.page.evaluate(script, [path, form]))

    def to_ui(self) -> None:
        """LiteLLM's UI, by the link in our bar; shown without a login."""
        self.page.get_by_role("link", name="Keys & teams").click()
        self.page.get_by_role("button", name="Blog").wait_for()
        self.ui.shot("ui", self.page)

    def log_out(self) -> None:
        """Ends both sessions."""
        self.page.goto(f"{self.ui.url}/console")
        self.page.get_by_role("button", name="Log out").click()
        self.page.locator("#secret").wait_for()
        self.page.goto(f"{self.ui.url}/ui/", wait_until="domcontentloaded")
        self.page.get_by_placeholder("Enter your username").wait_for()
        self.ui.shot("logged_out", self.page)

    def log_in(self, user: str, password: str) -> None:
        """The console's own form."""
        self.page.goto(f"{self.ui.url}/console/login")
        self.page.fill("#user", user)
        self.page.fill("#secret", password)
        self.page.press("#secret", "Enter")
        self.page.wait_for_load_state()


def chromium() -> str | None:
    """The path of an installed Chromium."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def admin_ui(url: str, name: str = "admin_ui") -> Iterator[AdminUi]:
    """A window of a headless Chromium. Skips the test where there is none."""
    path = chromium()
    if path is None:
        pytest.skip(f"no Chromium here (none of {', '.join(NAMES)} on PATH): install it, e.g. `apt install chromium`")
    from playwright.sync_api import sync_playwright

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for old in SCREENSHOTS.glob(f"{name}_*.png"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(WAIT_MS)
        ui = AdminUi(page, url, name)
        try:
            yield ui
        except BaseException:
            for window in page.context.pages:
                ui.shot("failed", window)
            raise
        finally:
            browser.close()
