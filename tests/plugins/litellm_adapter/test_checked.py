"""What the supervisor found takes part in the routing, and is told."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.checked import Checked, capabilities, health_routes
from plugins.routing.config.load import parse_config
from tests.plugins.litellm_adapter import facts

NOW = 1_000_000.0
WRONG = {"state": "wrong", "detail": "it repeats one thing", "since": NOW, "checked": NOW, "took_ms": 3.0}


class Site:
    def __init__(self, folder: Path) -> None:
        self.state = facts.state_of(folder)
        self.now = NOW
        self.gateway = facts.gateway()
        self.checked = Checked(lambda: self.gateway, self.state, lambda: self.now)
        self.written = 0

    def write(self, results: Any, at: float = NOW) -> None:
        path = self.state / "run" / "health.json"
        path.write_text(json.dumps({"at": at, "every_s": 20, "results": results}))
        self.written += 1
        os.utime(path, ns=(1, self.written))
        self.checked.look()

    def works(self, name: str = "dep-small") -> bool:
        live = self.gateway.live.snapshot()
        return live[name].works if name in live else True


def test_a_wrong_one_is_out_and_comes_back(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.checked.look()
    assert site.works()
    site.write({"dep-small": WRONG})
    assert not site.works()
    assert site.works("dep-big")
    site.write({"dep-small": {"state": "right"}})
    assert site.works()


def test_a_silent_one_comes_last_until_a_request_is_answered(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write({"dep-small": {"state": "silent"}})
    assert not site.gateway.live.snapshot()["dep-small"].healthy
    site.gateway.live.record("dep-small", True, 5.0)
    assert site.gateway.live.snapshot()["dep-small"].healthy


def test_what_is_told_no_more_or_long_ago_counts_for_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write({"dep-small": WRONG})
    site.write({})
    assert site.works()
    site.write({"dep-small": WRONG})
    site.now += 1000
    site.checked.look()
    assert site.works(), "whoever checked is gone"
    (site.state / "run" / "health.json").write_text("{")
    site.checked.look()
    (site.state / "run" / "health.json").unlink()
    site.checked.look()
    assert site.checked.results() == {}


def test_a_worker_without_a_state_directory(tmp_path: Path) -> None:
    checked = Checked(facts.gateway, None)
    checked.look()
    assert checked.results() == {}


def test_capabilities_and_what_stands_behind_them() -> None:
    config = parse_config(facts.YAML, "x.yaml")
    told = capabilities(config.spec, config.deployments, {"dep-small": WRONG, "search": {"state": "right"}})
    states = {name: row["state"] for name, row in told.items()}
    assert states["chat, tier small"] == "failing"
    assert states["fast"] == "failing"
    assert states["auto"] == "unchecked"
    assert states["vision"] == "missing"
    assert states["search"] == "works"
    assert told["fast"]["deployments"][0]["detail"] == "it repeats one thing"


def test_what_quotes_documents_makes_no_other_capability_work() -> None:
    params = {"model": "openai/extractive", "api_base": "http://127.0.0.1:9/v1"}
    info = {"id": "extractive", "location": "local", "tier": "instant", "modalities": ["text"], "features": []}
    entries = [{"model_name": "extractive", "litellm_params": params, "model_info": info}]
    text = json.dumps({"model_list": entries, "gateway": {}})
    config = parse_config(text, "x.yaml")
    told = capabilities(config.spec, config.deployments, {"extractive": {"state": "right"}})
    assert [name for name, row in told.items() if row["state"] == "works"] == ["document_qa"]


def client(checked: Checked, role: str) -> Any:
    app = FastAPI()
    app.include_router(health_routes(checked))
    app.dependency_overrides[user_api_key_auth] = lambda: facts.key(role)
    return TestClient(app).get("/health/capabilities").json()


def test_others_see_states_only(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.write({"dep-small": WRONG})
    told = client(site.checked, "internal_user")
    assert told["status"] == "failing"
    assert told["capabilities"]["fast"] == {"state": "failing"}
    full = client(site.checked, "proxy_admin")
    assert full["capabilities"]["fast"]["deployments"][0]["id"] == "dep-small"
    assert full["failing"] == ["chat, tier small", "fast"]
