"""Who may ask whether LiteLLM takes deployments, and what is answered."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from litellm.proxy._types import ProxyException
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.config_routes import config_routes
from tests.plugins.litellm_adapter import facts


def client(role: str) -> TestClient:
    app = FastAPI()
    app.include_router(config_routes())
    app.dependency_overrides[user_api_key_auth] = lambda: facts.key(role)
    return TestClient(app)


def check(role: str, body: Any) -> Any:
    return client(role).post("/routing/config/check", json=body).json()


def test_problems_with_their_places() -> None:
    good = {"model_name": "x", "litellm_params": {"model": "openai/x"}, "model_info": {"id": "x"}}
    bad = {"model_name": "y", "litellm_params": {"model": "openai/y", "rpm": "lots"}, "model_info": {"id": "y"}}
    assert check("proxy_admin", {"deployments": [good]}) == {"problems": []}
    (problem,) = check("proxy_admin", {"deployments": [good, bad]})["problems"]
    assert problem["path"] == [1, "litellm_params", "rpm"]


@pytest.mark.parametrize(
    ("role", "body", "status"), [("internal_user", {"deployments": []}, "403"), ("proxy_admin", [], "400")]
)
def test_others_are_refused(role: str, body: Any, status: str) -> None:
    with pytest.raises(ProxyException) as caught:
        check(role, body)
    assert caught.value.code == status
