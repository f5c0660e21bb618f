"""Asks the gateway, over loopback and with the master key, on behalf of whoever is logged in.

Knows: ``POST /routing/explain``, ``/routing/feedback`` and ``/v1/chat/completions``. Does not know: pages, sessions.
The prompt is passed on and kept nowhere; neither it nor the key is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.common.own_tls import trusted
from services.console.web import Console

MAX_OUTPUT_TOKENS = 512
_EXPLAIN_TIMEOUT = httpx.Timeout(10.0)
_SEND_TIMEOUT = httpx.Timeout(300.0, connect=5.0)


@dataclass(frozen=True, slots=True)
class Ask:
    """``data_class`` empty: as configured. ``text`` is the user's prompt and stays out of ``repr``."""

    text: str = field(repr=False)
    capability: str
    data_class: str = ""

    def body(self) -> dict[str, Any]:
        return {"model": self.capability, "messages": [{"role": "user", "content": self.text}]}

    def headers(self) -> dict[str, str]:
        return {"x-signalbox-data-class": self.data_class} if self.data_class else {}


@dataclass(frozen=True, slots=True)
class Reply:
    """``body``: the JSON object, or None. ``problem``: one line for people where it is no success, else None.
    ``routing``: the ``x-signalbox-*`` headers without their prefix."""

    status: int
    body: Mapping[str, Any] | None
    problem: str | None
    routing: Mapping[str, str]


async def explain(console: Console, ask: Ask) -> Reply:
    """What the gateway would do with this request. Nothing is sent to a model."""
    return await _post(console, "/routing/explain", ask.body(), ask.headers(), _EXPLAIN_TIMEOUT)


async def send(console: Console, ask: Ask) -> Reply:
    """Sends the request; the answer may take as long as the model does, at most five minutes."""
    body = {**ask.body(), "max_tokens": MAX_OUTPUT_TOKENS}
    return await _post(console, "/v1/chat/completions", body, ask.headers(), _SEND_TIMEOUT)


async def judge(console: Console, decision_id: str, rating: str, right_intent: str | None) -> Reply:
    """Says what a decision was worth: ``good`` or ``bad``."""
    body = {"decision_id": decision_id, "rating": rating, "right_intent": right_intent}
    return await _post(console, "/routing/feedback", body, {}, _EXPLAIN_TIMEOUT)


async def _post(
    console: Console, path: str, body: dict[str, Any], headers: dict[str, str], limit: httpx.Timeout
) -> Reply:
    settings = console.settings
    auth = {"authorization": f"Bearer {settings.master_key}"}
    try:
        async with httpx.AsyncClient(
            transport=console.transport, timeout=limit, trust_env=False, verify=trusted(settings.state)
        ) as client:
            response = await client.post(settings.gateway_url + path, json=body, headers={**headers, **auth})
    except httpx.TimeoutException:
        return Reply(0, None, f"The gateway gave no answer within {limit.read or 0:.0f} seconds.", {})
    except httpx.HTTPError as error:
        return Reply(0, None, f"The gateway cannot be reached ({type(error).__name__}). Is it ready? See Parts.", {})
    routing = {
        name.removeprefix("x-signalbox-"): value
        for name, value in response.headers.items()
        if name.startswith("x-signalbox-")
    }
    payload = _json_object(response)
    good = response.is_success and payload is not None and "error" not in payload
    problem = None if good else _problem(response, payload)
    return Reply(response.status_code, payload, problem, routing)


def answer_text(body: Mapping[str, Any]) -> str:
    """The first choice's text of an OpenAI chat completion; empty where it has none."""
    try:
        content = body["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return ""
    return content if isinstance(content, str) else ""


def _json_object(response: httpx.Response) -> Mapping[str, Any] | None:
    try:
        payload = response.json()
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None


def _problem(response: httpx.Response, payload: Mapping[str, Any] | None) -> str:
    error = payload.get("error") if payload else None
    message = error.get("message") if isinstance(error, dict) else None
    return str(message) if message else f"The gateway answered {response.status_code} without saying why."
