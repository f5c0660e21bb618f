"""The record of one request."""

from __future__ import annotations

import asyncio

from plugins.litellm_adapter.trace import CURRENT, Trace
from tests.plugins.litellm_adapter.facts import BIG, SMALL, trace


def test_who_fell_back() -> None:
    assert not Trace().fell_back
    assert not trace().fell_back
    assert not trace(served=SMALL).fell_back
    assert trace(served=BIG).fell_back


async def test_tasks_of_a_request_share_its_trace() -> None:
    mine = trace()
    token = CURRENT.set(mine)

    async def inside() -> Trace | None:
        return CURRENT.get()

    assert await asyncio.create_task(inside()) is mine
    CURRENT.reset(token)
    assert CURRENT.get() is None
    assert mine.elapsed_ms() >= 0
