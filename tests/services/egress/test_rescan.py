"""The broker's own look at a body."""

from __future__ import annotations

import json

import pytest

from plugins.routing.config.spec import Boundary
from plugins.routing.types import DataClass
from services.egress.rescan import IN_A_THREAD, Rescan

LOOK = Rescan(Boundary())


def chat(text: str) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": [{"type": "text", "text": text}]}]}).encode()


@pytest.mark.parametrize(
    ("body", "forbidden"),
    [
        (chat("a river in the morning"), False),
        (chat("card 4111 1111 1111 1111"), True),
        (chat("write to jane.roe@example.com"), True),
        (b"--x\r\ncontent-disposition: form-data\r\n\r\n4111 1111 1111 1111\r\n--x--", True),
        (b"\xff\xfe", False),
        (b"", False),
        (chat("river " * IN_A_THREAD + "4111 1111 1111 1111"), True),
    ],
)
async def test_what_is_plainly_more_does_not_leave(body: bytes, forbidden: bool) -> None:
    assert await LOOK.forbids(body, DataClass.PUBLIC) is forbidden


async def test_a_zone_gets_what_it_may() -> None:
    assert not await LOOK.forbids(chat("write to jane.roe@example.com"), DataClass.INTERNAL)
    assert await LOOK.forbids(chat("card 4111 1111 1111 1111"), DataClass.INTERNAL)


async def test_what_was_not_looked_at_in_time_does_not_leave() -> None:
    hasty = Rescan(Boundary(detector_timeout_ms=0.0001))
    assert await hasty.forbids(chat("a river"), DataClass.PUBLIC)
