"""The console as people reach it: through the gateway's forwarding, over real sockets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette

from plugins.litellm_adapter.console_proxy import ConsoleProxy
from services.console.app import create_console
from services.console.settings import read_settings
from tests.services.console.conftest import form_token, log_in
from tests.services.console.fake_gateway import FakeGateway
from tests.services.console.seed import make_state


@contextmanager
def serving(app: Callable[..., object]) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, proxy_headers=False))
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


async def test_login_list_try_and_logout(tmp_path: Path) -> None:
    gateway = FakeGateway()
    console = create_console(read_settings(make_state(tmp_path, 120), {}), transport=gateway)
    with serving(console) as inner:
        proxy = ConsoleProxy(Starlette(), url=inner, internal_key="internal-secret")
        with serving(proxy) as outer:
            async with httpx.AsyncClient(base_url=outer, trust_env=False) as browser:
                first = await browser.get("/console")
                assert (first.status_code, first.headers["location"]) == (303, "/console/login")
                assert (await log_in(browser)).headers["location"] == "/console"
                assert (await browser.get("/console/decisions")).text.count("<tr>") == 51
                token = form_token((await browser.get("/console/try")).text)
                form = {"form_token": token, "text": "x" * 20_000, "step": "explain"}
                assert "It goes to" in (await browser.post("/console/try", data=form)).text
                assert (await browser.post("/console/logout", data={"form_token": token})).status_code == 303
                assert (await browser.get("/console")).status_code == 303


async def test_failures_are_counted_for_the_real_client(tmp_path: Path) -> None:
    console = create_console(read_settings(make_state(tmp_path, 0), {}))
    with (
        serving(console) as inner,
        serving(ConsoleProxy(Starlette(), url=inner, internal_key="internal-secret")) as outer,
    ):
        async with httpx.AsyncClient(base_url=outer, trust_env=False) as browser:
            for i in range(5):
                browser.headers["x-forwarded-for"] = f"10.9.8.{i}"  # dropped: only the gateway says who asks
                assert (await log_in(browser, "wrong")).status_code == 401
            assert (await log_in(browser)).status_code == 429
