"""Our own routes: where they stand, and who may use them. Their answers are tested through the running gateway."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from litellm.proxy._types import LiteLLMRoutes, ProxyException
from litellm.proxy.auth.route_checks import RouteChecks
from litellm.proxy.auth.user_api_key_auth import user_api_key_auth

from plugins.litellm_adapter.hooks import SignalboxHooks
from plugins.litellm_adapter.routes import install
from tests.plugins.litellm_adapter import facts

pytestmark = pytest.mark.filterwarnings("ignore")


def _client(role: str) -> TestClient:
    app = FastAPI()

    @app.get("/routing/decisions")
    async def built_in() -> dict[str, Any]:
        return {"built-in": True}

    hooks = SignalboxHooks()
    hooks._gateway = facts.gateway()
    install(app, hooks, None)
    app.dependency_overrides[user_api_key_auth] = lambda: facts.key(role)
    return TestClient(app)


def test_ours_win_over_built_in_ones_and_admins_may() -> None:
    client = _client("proxy_admin")
    assert client.get("/routing/decisions").json() == {"decisions": []}
    body = {"model": "auto", "messages": [{"role": "user", "content": "x"}]}
    assert client.post("/routing/explain", json=body).json()["chosen"] == "small"


def test_the_admin_ui_is_given_the_way_to_the_console() -> None:
    (post,) = _client("internal_user").get("/public/litellm_blog_posts").json()["posts"]
    assert post["url"] == "/console"
    assert set(post) == {"title", "description", "date", "url", "tags"}


def test_any_key_may_judge_and_read_its_own_decision() -> None:
    _client("internal_user")
    for path in ("/routing/feedback", "/routing/decisions/dec_1"):
        assert RouteChecks.check_route_access(route=path, allowed_routes=LiteLLMRoutes.self_managed_routes.value), path
    assert not RouteChecks.check_route_access(
        route="/routing/decisions", allowed_routes=LiteLLMRoutes.self_managed_routes.value
    )


@pytest.mark.parametrize("path", ["/routing/decisions", "/routing/explain"])
def test_others_may_not(path: str) -> None:
    client = _client("internal_user")
    with pytest.raises(ProxyException) as caught:
        client.request("GET" if path.endswith("decisions") else "POST", path, json={})
    assert caught.value.code == "403"


def test_counting_tokens_needs_no_provider() -> None:
    client = _client("internal_user")
    body = {"model": "x", "messages": [{"role": "user", "content": "hello there"}]}
    assert client.post("/v1/messages/count_tokens", json=body).json()["input_tokens"] > 0
