"""Passes one request on to a model's process and its answer back, byte by byte.

Knows: streaming in both directions, a caller who goes away, a process that goes away. Does not know: what is in a body.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from services.common.errors import error_body
from services.common.openai_shapes import sse
from services.llm.errors import crashed, from_llama
from services.llm.pool import ModelPool
from services.llm.request_body import Wish

_CLOSED_BY_CALLER = 499


class _HeldResponse(StreamingResponse):
    """A streamed response that gives back what it holds, however it ends."""

    def __init__(self, content: AsyncIterator[bytes], stack: contextlib.AsyncExitStack, media_type: str) -> None:
        super().__init__(content, media_type=media_type)
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._stack:
            with contextlib.suppress(ClientDisconnect):
                await super().__call__(scope, receive, send)


async def forward(request: Request, client: httpx.AsyncClient, pool: ModelPool, path: str, wish: Wish) -> Response:
    """Answer ``request``. Raises the pool's errors and ApiError. If the caller leaves, the model stops working on it:
    closing the connection is what makes llama.cpp cancel."""
    stack = contextlib.AsyncExitStack()
    work = asyncio.create_task(_begin(stack, client, pool, path, wish))
    gone = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            return Response(status_code=_CLOSED_BY_CALLER)
        answer = work.result()
        media = answer.headers.get("content-type", "application/json")
        if answer.status_code == 200:
            held = stack.pop_all()
            return _HeldResponse(_chunks(answer, wish), held, media)
        raise from_llama(answer.status_code, await answer.aread())
    except httpx.TransportError as error:
        raise crashed(wish.model) from error
    finally:
        for task in (work, gone):
            task.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)
        await stack.aclose()


async def _begin(
    stack: contextlib.AsyncExitStack, client: httpx.AsyncClient, pool: ModelPool, path: str, wish: Wish
) -> httpx.Response:
    for last in (False, True):
        lease = contextlib.AsyncExitStack()
        process = await lease.enter_async_context(pool.lease(wish.model, wish.choices))
        outgoing = client.build_request(
            "POST", process.address + path, json=wish.body, headers={"Authorization": f"Bearer {process.key}"}
        )
        try:
            answer = await client.send(outgoing, stream=True)
        except httpx.ConnectError:
            # It died since it was last used; nothing was sent, and the next lease starts another.
            process.discard()
            await lease.aclose()
            if last:
                raise
            continue
        except BaseException:
            await lease.aclose()
            raise
        stack.push_async_callback(lease.aclose)
        stack.push_async_callback(answer.aclose)
        break
    return answer


async def _disconnected(request: Request) -> None:
    """Returns when the caller has gone; the body must have been read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _chunks(answer: httpx.Response, wish: Wish) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    except httpx.TransportError:
        if not wish.stream:
            raise  # the status is out: only a broken connection tells the caller
        error = crashed(wish.model)
        yield sse(error_body(error.message, type=error.type, code=error.code))
