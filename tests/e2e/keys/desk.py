"""What an operator does with keys, against a running system with two workers.

Knows: LiteLLM's key API, how to reach one certain worker. Does not know: what a test expects. Each answer of the fake
upstream has 3 input and 4 output tokens; see ``PRICE``.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.http_server import StandInServer
from tests.support.system import System, running_system

EASY = "What is the capital of France?"
HARD = "Plan step by step how to migrate our billing system, and weigh the risks of each option against the others."
PRICE = {"small": 0.001, "frontier": 0.01}
"""US dollars a token, so 0.007 and 0.07 a request."""

COST = {name: 7 * price for name, price in PRICE.items()}
POLL_S = 2
"""How often LiteLLM compares its deployments with the database here (30 s unless said)."""

_NUMBERS = itertools.count(1)


FOUND = "found-embed"
"""A model that discovery finds; one for embeddings, so that no chat request goes there."""


class _FoundServer(BaseHTTPRequestHandler):
    """As much of a vLLM as discovery asks for."""

    def do_GET(self) -> None:
        payload = json.dumps(
            {"object": "list", "data": [{"id": FOUND, "object": "model", "owned_by": "vllm"}]}
        ).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""


@contextmanager
def _found_server() -> Iterator[str]:
    with StandInServer(("127.0.0.1", 0), _FoundServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def config(cloud: FakeCloud, found_url: str) -> dict[str, Any]:
    """Two declared model groups, and a server that is found."""
    return {
        "model_list": [_entry(name, cloud.url, price) for name, price in PRICE.items()],
        "general_settings": {"proxy_config_reload_interval_seconds": POLL_S},
        "gateway": {
            "instant": {"enabled": False},
            "boundary": {"egress": {"hosts": ["127.0.0.1"]}},  # where the models of the admin UI are
            "discovery": {"ollama": [], "vllm": [found_url], "models_dir": None, "cloud": False, "interval_s": 1},
        },
    }


def _entry(name: str, url: str, price: float) -> dict[str, Any]:
    return {
        "model_name": name,
        "litellm_params": {
            "model": f"openai/up-{name}",
            "api_base": f"{url}/v1",
            "api_key": "sk-upstream",
            "input_cost_per_token": price,
            "output_cost_per_token": price,
        },
        "model_info": {"tier": name, "location": "local", "modalities": ["text"], "context_window": 100_000},
    }


@dataclass(slots=True)
class Desk:
    """``system`` with its upstream. ``workers``: by process id, a client whose connection that worker serves."""

    system: System
    cloud: FakeCloud
    workers: dict[int, httpx.Client] = field(default_factory=dict)

    def admin(self, path: str, *, ok: int = 200, **body: Any) -> Any:
        """POSTs as the administrator; the answer's JSON."""
        return self.api("POST", path, self.system.key, body, ok)

    def look(self, path: str, **query: Any) -> Any:
        """GETs as the administrator."""
        answer = httpx.get(
            self.system.url + path, params=query, headers=self.system.headers, timeout=60, trust_env=False
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def api(self, method: str, path: str, key: str, body: Any, ok: int) -> Any:
        """Any call with any key; ``ok``: the status that it must have."""
        answer = httpx.request(
            method, self.system.url + path, json=body, headers=bearer(key), timeout=60, trust_env=False
        )
        assert answer.status_code == ok, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def key(self, **given: Any) -> str:
        """A new key that may ask for ``auto``, ``fast`` and both groups, unless said."""
        given = {"models": ["auto", "fast", *PRICE], "key_alias": f"test-{next(_NUMBERS)}", **given}
        return str(self.admin("/key/generate", **given)["key"])

    def ask(
        self, key: str, text: str = EASY, model: str = "auto", client: httpx.Client | None = None, **body: Any
    ) -> httpx.Response:
        """One chat request, on a connection of its own unless ``client`` is given."""
        given = {"model": model, "messages": [{"role": "user", "content": text}], **body}
        if client is not None:
            return client.post("/v1/chat/completions", json=given, headers=bearer(key))
        with httpx.Client(base_url=self.system.url, timeout=60, trust_env=False) as own:
            return own.post("/v1/chat/completions", json=given, headers=bearer(key))

    def each_worker(self) -> list[httpx.Client]:
        """One client a worker. Raises AssertionError where one of the two is not reached."""
        for pid, client in list(self.workers.items()):
            if self._worker_of(client) != pid:  # the connection was closed meanwhile
                client.close()
                del self.workers[pid]
        deadline = time.monotonic() + 30
        while len(self.workers) < 2:
            assert time.monotonic() < deadline, "every connection went to the same worker"
            client = httpx.Client(base_url=self.system.url, timeout=60, trust_env=False)
            served_by = self._worker_of(client)
            if served_by is None or served_by in self.workers:
                client.close()
            else:
                self.workers[served_by] = client
        return list(self.workers.values())

    def _worker_of(self, client: httpx.Client) -> int | None:
        answer = client.get("/health/liveliness")
        stream = answer.extensions["network_stream"]
        mine = stream.get_extra_info("socket").getsockname()[1]
        for process in self.system.processes():
            try:
                ports = [c.raddr.port for c in process.net_connections("tcp") if c.raddr]
            except psutil.Error:
                continue
            if mine in ports:
                return process.pid
        return None

    def close(self) -> None:
        """Ends the connections."""
        for client in self.workers.values():
            client.close()


def bearer(key: str) -> dict[str, str]:
    """The header of a key."""
    return {"Authorization": f"Bearer {key}"}


def seconds_until(condition: Callable[[], object], what: str, bound_s: float = 15.0) -> float:
    """How long a condition took to hold. Raises AssertionError after ``bound_s``."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < bound_s, f"waited {bound_s:.0f} s in vain for {what}"
        time.sleep(0.01)
    return time.monotonic() - began


@contextmanager
def running_desk(folder: Path) -> Iterator[Desk]:
    """Starts everything and stops it again."""
    with fake_cloud() as cloud, _found_server() as found:
        text = json.dumps(config(cloud, found))
        with running_system(folder, text, arguments=("--workers", "2")) as system:
            yield Desk(system, cloud)
