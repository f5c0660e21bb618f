import asyncio

import pytest

from services.common.health import Readiness, ReadyCheck, ask


async def fine() -> Readiness:
    return Readiness(True)


async def broken() -> Readiness:
    raise ConnectionError("secret address")


async def hangs() -> Readiness:
    await asyncio.Event().wait()
    return Readiness(True)


@pytest.mark.parametrize(
    ("check", "ready", "reason"),
    [
        (fine, True, ""),
        (broken, False, "the readiness check failed (ConnectionError); see the log"),
        (hangs, False, "the readiness check took longer than 0.01 s"),
    ],
)
async def test_a_check_that_fails_or_hangs_is_not_ready(check: ReadyCheck, ready: bool, reason: str) -> None:
    assert await ask(check, limit_s=0.01) == Readiness(ready, reason)
