"""A bounded load on one HTTP address, and what it measured.

Knows: how to send N requests at a concurrency and time each. Does not know: which gateway is behind the address.
Latencies are wall-clock milliseconds seen by the client.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import aiohttp
import orjson

_HEADERS_TIMEOUT = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send: a base URL without a trailing slash, a key, the model name to ask for, further headers."""

    name: str
    base_url: str
    key: str
    model: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One round: milliseconds at percentiles, requests a second, and how many did not answer 200.

    ``first_ms``: to the first byte of the body (median)."""

    concurrency: int
    requests: int
    p50: float
    p95: float
    p99: float
    per_second: float
    failed: int
    first_ms: float


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` (0..1) of the sorted values lie; nearest rank. Raises ValueError when empty."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def chat_body(model: str, prompt_bytes: int = 60, stream_chunks: int = 0, prompt: str | None = None) -> bytes:
    """A chat request with about ``prompt_bytes`` of prompt; ``stream_chunks`` > 0 asks for a stream of so many.
    ``prompt``: the whole text instead."""
    sentence = "Please explain how the tides follow the moon over a month. "
    prompt = prompt or (sentence * (prompt_bytes // len(sentence) + 1))[:prompt_bytes]
    body: dict[str, object] = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    if stream_chunks:
        body |= {"stream": True, "max_tokens": stream_chunks}
    return orjson.dumps(body)


async def run_load(
    target: Target,
    *,
    concurrency: int,
    requests: int,
    body: bytes,
    path: str = "/v1/chat/completions",
    content_type: str = "application/json",
) -> Sample:
    """Send ``requests`` requests, ``concurrency`` at a time, over kept-alive connections; stops by itself."""
    total: list[float] = []
    first: list[float] = []
    failed = 0
    left = iter(range(requests))
    headers = {"authorization": f"Bearer {target.key}", "content-type": content_type, **dict(target.headers)}
    connector = aiohttp.TCPConnector(limit=concurrency)

    async def worker(session: aiohttp.ClientSession) -> None:
        nonlocal failed
        for _ in left:
            begin = time.perf_counter()
            async with session.post(f"{target.base_url}{path}", data=body, headers=headers) as answer:
                seen = False
                async for _chunk in answer.content.iter_any():
                    if not seen:
                        first.append((time.perf_counter() - begin) * 1e3)
                        seen = True
                failed += answer.status != 200
            total.append((time.perf_counter() - begin) * 1e3)

    async with aiohttp.ClientSession(connector=connector, timeout=_HEADERS_TIMEOUT) as session:
        begin = time.perf_counter()
        await asyncio.gather(*(worker(session) for _ in range(concurrency)))
        seconds = time.perf_counter() - begin
    return Sample(
        concurrency=concurrency,
        requests=len(total),
        p50=percentile(total, 0.50),
        p95=percentile(total, 0.95),
        p99=percentile(total, 0.99),
        per_second=len(total) / seconds,
        failed=failed,
        first_ms=percentile(first, 0.5) if first else 0.0,
    )
