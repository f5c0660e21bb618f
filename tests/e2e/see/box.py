"""A system whose machine of one's own costs by the hour and whose frontier costs by the token.

Knows: the prices, how to ask and judge as a key. Does not know: what a test expects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.see.collector import Collector, collecting
from tests.plugins.litellm_adapter.test_metrics import samples
from tests.support.fake_cloud import FakeCloud, fake_cloud
from tests.support.system import System, running_system

EASY = "Summarize this note in one sentence: the pump was replaced on Monday and runs well."
HARD = "Plan step by step how to migrate our billing system, and weigh the risks of each option against the others."
AN_HOUR = 3600.0
"""US dollars an hour of the small machine: one a busy second, so that cents can be seen."""

PRICE_IN, PRICE_OUT = 3000.0, 15_000.0
"""US dollars per million tokens of the frontier; an answer there (3 in, 4 out) costs 0.069."""

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def config(cloud: FakeCloud, collector: str) -> dict[str, Any]:
    """Tier small costs its time, tier frontier its tokens."""

    def entry(name: str, params: dict[str, Any], **info: Any) -> dict[str, Any]:
        base = {"model": f"openai/up-{name}", "api_base": f"{cloud.url}/v1", "api_key": "sk-upstream"}
        about = {"tier": name, "location": "local", "modalities": ["text"], "context_window": 100_000}
        return {"model_name": name, "litellm_params": {**base, **params}, "model_info": {**about, **info}}

    prices = {"input_cost_per_token": PRICE_IN / 1e6, "output_cost_per_token": PRICE_OUT / 1e6}
    return {
        "model_list": [entry("small", {}, hourly_cost=AN_HOUR), entry("frontier", prices)],
        "gateway": {
            "metrics": {"otlp_endpoint": collector},
            "instant": {"enabled": False},
            "health": {"probes": False},  # one of them is a request, which would be counted with the others
            "discovery": {"ollama": [], "vllm": [], "models_dir": None, "cloud": False},
        },
    }


@dataclass(slots=True)
class Box:
    """``system`` with its upstream. ``told``: by key, the cost that each answer named; ``costs``: by decision.
    ``judged``: of those rated."""

    system: System
    cloud: FakeCloud
    collector: Collector
    told: dict[str, list[float]] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    judged: list[float] = field(default_factory=list)

    def key(self, alias: str) -> str:
        """A new key that may ask for everything."""
        given = {"models": ["auto", "small", "frontier"], "key_alias": alias}
        with self.system.client() as admin:
            return str(admin.post("/key/generate", json=given).json()["key"])

    def ask(self, key: str, text: str = EASY, **body: Any) -> tuple[str, float]:
        """One chat request: its decision and the cost that its answer names, which is noted."""
        given = {"model": "auto", "messages": [{"role": "user", "content": text}], **body}
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=self.system.url, timeout=60, trust_env=False) as http:
            answer = http.post("/v1/chat/completions", json=given, headers=headers)
            assert answer.status_code == 200, answer.text
            cost, decision = answer.headers.get("x-signalbox-cost"), answer.headers["x-signalbox-decision-id"]
            if cost is None:  # a stream's headers are out before its cost is known
                path = f"/routing/decisions/{decision}"
                found: dict[str, Any] = {}

                def booked() -> bool:
                    found.update(http.get(path, headers=headers).json())
                    return found.get("cost_usd") is not None

                self.system.wait_for(booked, "the cost of a stream", 20)
                cost = found["cost_usd"]
        self.told.setdefault(key, []).append(float(cost))
        self.costs[decision] = float(cost)
        return decision, float(cost)

    def judge(self, key: str, answer: tuple[str, float], rating: str) -> None:
        """Says what it was worth."""
        self.judged.append(answer[1])
        body = {"decision_id": answer[0], "rating": rating}
        headers = {"Authorization": f"Bearer {key}"}
        said = httpx.post(
            f"{self.system.url}/routing/feedback", json=body, headers=headers, timeout=30, trust_env=False
        )
        assert said.status_code == 200, said.text

    def look(self, path: str, **query: Any) -> Any:
        """GETs JSON as the administrator."""
        with self.system.client() as admin:
            answer = admin.get(path, params=query)
            assert answer.status_code == 200, answer.text
            return answer.json()

    def spend(self, key: str) -> float:
        """What LiteLLM has booked on a key, US dollars."""
        return float(self.look("/key/info", key=key)["info"]["spend"])

    def metrics(self) -> Samples:
        """What Prometheus would read now."""
        with httpx.Client(trust_env=False) as http:
            return samples(http.get(f"{self.system.url}/metrics", timeout=30).content)

    def console(self, *paths: str) -> list[str]:
        """Pages of the console, logged in."""
        with httpx.Client(base_url=self.system.url, timeout=30, trust_env=False, follow_redirects=True) as http:
            token = re.search(r'name="form_token" value="([0-9a-f]+)"', http.get("/console/login").text)
            assert token is not None
            secret = {"form_token": token[1], "user": "admin", "secret": self.system.key}
            assert http.post("/console/login", data=secret).status_code == 200
            return [http.get(path).text for path in paths]


def store_of(box: Box, name: str, data: bytes) -> str:
    """Id of a new vector store that holds one file, taken in."""
    with box.system.client() as http:
        file = http.post("/v1/files", files={"file": (name, data)}, data={"purpose": "assistants"}).json()["id"]
        store = str(http.post("/v1/vector_stores", json={"name": name}).json()["id"])
        assert http.post(f"/v1/vector_stores/{store}/files", json={"file_id": file}).status_code == 200
        path = f"/v1/vector_stores/{store}/files/{file}"
        box.system.wait_for(lambda: http.get(path).json()["status"] == "completed", f"{name} to be taken in", 60)
    return store


@contextmanager
def running_box(folder: Path) -> Iterator[Box]:
    """Starts what is needed and stops it again."""
    with fake_cloud() as cloud, collecting() as collector:
        arguments = ("--workers", "2", "--only", "database,gateway,console,documents,retrieval,retrieval-worker")
        text, env = json.dumps(config(cloud, collector.url)), {"SIGNALBOX_LOG_FORMAT": "json"}
        with running_system(folder, text, arguments=arguments, env=env) as system:
            yield Box(system, cloud, collector)
