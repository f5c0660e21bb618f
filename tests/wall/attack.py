"""Sends cases, sixteen at a time, and says of each answer whether it is shaped as it must be.

Knows: httpx, the shapes of errors. Does not know: what a case is for.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import httpx

from tests.wall.cases import Case
from tests.wall.site import Site

AT_ONCE = 16
TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """``status`` 0: the connection broke. ``wrong``: what is wrong with the shape of a refusal, else ""."""

    case: Case
    status: int
    text: str
    wrong: str


async def attack(site: Site, cases: Iterable[Case], between: Callable[[int], None] | None = None) -> list[Outcome]:
    """All outcomes, in the order in which they came. ``between`` is told how many are done: it may break things."""
    waiting = asyncio.Queue[Case]()
    for case in cases:
        waiting.put_nowait(case)
    done: list[Outcome] = []

    async def worker(client: httpx.AsyncClient) -> None:
        while not waiting.empty():
            done.append(await _one(client, waiting.get_nowait()))
            if between is not None:
                between(len(done))

    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=site.system.url, headers=site.system.headers, timeout=TIMEOUT_S, trust_env=False, limits=limits
    ) as client:
        await asyncio.gather(*(worker(client) for _ in range(AT_ONCE)))
    return done


async def _one(client: httpx.AsyncClient, case: Case) -> Outcome:
    headers = dict(case.headers)
    if "/messages" in case.path:
        headers["anthropic-version"] = "2023-06-01"
    try:
        if case.form:
            data = {name: str(value) for name, value in case.body.items()}
            file = {"file": (f"{case.marker[:20]}.wav", case.marker.encode())}
            files = {"image": file["file"]} if "images" in case.path else file
            answer = await client.post(case.path, data=data, files=files, headers=headers)
        else:
            answer = await client.post(case.path, json=case.body, headers=headers)
    except httpx.HTTPError as error:
        return Outcome(case, 0, type(error).__name__, f"no answer: {type(error).__name__}")
    return Outcome(case, answer.status_code, answer.text, _wrong(case, answer))


def _wrong(case: Case, answer: httpx.Response) -> str:
    """An error is JSON in OpenAI's shape, on Anthropic's routes in Anthropic's."""
    if answer.status_code < 400:
        return ""
    try:
        body = answer.json()
    except json.JSONDecodeError:
        return f"{answer.status_code} is no JSON: {answer.text[:100]}"
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return f"{answer.status_code} has no error: {answer.text[:100]}"
    wanted = {"message", "type"} if body.get("type") == "error" else {"message", "type", "param", "code"}
    if not wanted <= set(error):
        return f"{answer.status_code} lacks {wanted - set(error)}"
    return "" if case.marker not in error["message"] else "the message quotes the request"
