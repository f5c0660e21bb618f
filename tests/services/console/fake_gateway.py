"""The gateway's routes that the console asks, at the transport: no socket, and every request is kept."""

from __future__ import annotations

import json
import time

import httpx
import jwt

MASTER = "sk-master-0123456789abcdef-012345"

EXPLAINED = {
    "intent": "summarization",
    "confidence": 0.94,
    "data_class": "internal",
    "tier": "small",
    "chosen": "qwen-small",
    "fallbacks": ["llama-large"],
    "denied_by": None,
    "reasons": ["intent: summarization (0.94)", "data_boundary: class internal may go to: local <b>&"],
}
REFUSED = {
    **EXPLAINED,
    "chosen": None,
    "fallbacks": [],
    "denied_by": "data_boundary",
    "reasons": ["data_boundary: nobody may"],
}
ROUTING = {
    "x-signalbox-intent": "summarization",
    "x-signalbox-data-class": "internal",
    "x-signalbox-tier": "small",
    "x-signalbox-deployment": "qwen-small-4d5e6f",
    "x-signalbox-decision-id": "dec-1",
}


class FakeGateway(httpx.MockTransport):
    """``explained``: what explain answers. ``status``: of both routes. ``down``: no connection at all."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.requests: list[httpx.Request] = []
        self.explained: dict[str, object] = dict(EXPLAINED)
        self.status = 200
        self.down = False
        self.keys = {"sk-ui-admin", "sk-ui-viewer", "sk-ui-user"}
        self.text = "Short: <script>alert(1)</script> it is fine."

    def body(self, index: int = -1) -> dict[str, object]:
        loaded: dict[str, object] = json.loads(self.requests[index].content)
        return loaded

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("refused", request=request)
        if request.url.path == "/v2/login":
            return self._login(json.loads(request.content))
        if request.url.path == "/key/info":
            known = request.headers["authorization"].removeprefix("Bearer ") in self.keys
            return httpx.Response(200 if known else 401, json={})
        if request.url.path == "/key/delete":
            self.keys -= set(json.loads(request.content)["keys"])
            return httpx.Response(200 if request.headers["authorization"] == f"Bearer {MASTER}" else 401, json={})
        self.requests.append(request)
        if self.status != 200:
            return httpx.Response(self.status, json={"error": {"message": "Add a model: `ollama pull x`", "code": "x"}})
        if request.url.path == "/routing/explain":
            return httpx.Response(200, json=self.explained)
        if request.url.path == "/routing/feedback":
            return httpx.Response(200, json=self.body())
        choices = [{"index": 0, "message": {"role": "assistant", "content": self.text}, "finish_reason": "stop"}]
        return httpx.Response(200, json={"object": "chat.completion", "choices": choices}, headers=ROUTING)

    def _login(self, given: dict[str, str]) -> httpx.Response:
        """LiteLLM's login: admin, and two users whose password is their role."""
        name, password = given["username"], given["password"]
        if (name, password) == ("admin", "open sesame"):
            return httpx.Response(200, json={"token": ui_token("proxy_admin", "sk-ui-admin")})
        if (name, password) == ("eve@x.example", "viewer"):
            return httpx.Response(200, json={"token": ui_token("proxy_admin_viewer", "sk-ui-viewer")})
        if (name, password) == ("joe@x.example", "user"):
            return httpx.Response(200, json={"token": ui_token("internal_user", "sk-ui-user")})
        return httpx.Response(401, json={"error": {"message": "Invalid credentials"}})


def ui_token(role: str, key: str, *, secret: str = MASTER, expires_in: float = 3600.0) -> str:
    """The cookie of LiteLLM's admin UI."""
    claims = {"user_id": "u", "user_role": role, "key": key, "exp": int(time.time() + expires_in)}
    return jwt.encode(claims, secret, algorithm="HS256")
