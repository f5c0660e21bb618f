"""The statement with which the gateway ends spend logs, on the real database through the real client."""

from typing import Any

from plugins.litellm_adapter.retention import SPEND

LOG = (
    'INSERT INTO "LiteLLM_SpendLogs" (request_id, call_type, "startTime", "endTime", updated_at) '
    "VALUES ($1, 'acompletion', now() - $2 * interval '1 hour', now(), now())"
)


async def test_what_is_too_old_goes(db: Any) -> None:
    for name, hours in (("old", 49), ("new", 47)):
        await db.execute_raw(LOG, name, hours)
    assert await db.execute_raw(SPEND, 2) == 1
    assert [row["request_id"] for row in await db.query_raw('SELECT request_id FROM "LiteLLM_SpendLogs"')] == ["new"]
