"""Every kind of operation that LiteLLM uses, through the real generated client, our engine and Postgres."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from tests.services.database.support import Json

UTC = dt.UTC


async def test_create_and_find(db: Any) -> None:
    keys = db.litellm_verificationtoken
    moment = dt.datetime(2030, 1, 2, 3, 4, 5, 678000, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    metadata = {"a": [1, 2.0, None, {"b": '"x"'}], "$type": "BigInt", "value": "1", "u": "é😀\\u0041"}
    made = await keys.create(
        data={
            "token": "a",
            "models": ["m1", 'm"2\né😀', "{x}", "NULL", ""],
            "max_budget": 1.5,
            "tpm_limit": 9007199254740993,
            "metadata": Json(metadata),
            "expires": moment,
        }
    )
    found = await keys.find_unique(where={"token": "a"})
    for row in (made, found):
        assert row.models == ["m1", 'm"2\né😀', "{x}", "NULL", ""]
        assert (row.tpm_limit, row.max_budget, row.metadata) == (9007199254740993, 1.5, metadata)
        assert row.expires == moment
    assert await keys.find_unique(where={"token": "none"}) is None
    assert await keys.find_first(where={"token": "none"}) is None


async def test_or_raise(db: Any) -> None:
    from prisma.errors import RecordNotFoundError

    for find in (db.litellm_usertable.find_unique_or_raise, db.litellm_usertable.find_first_or_raise):
        with pytest.raises(RecordNotFoundError):
            await find(where={"user_id": "none"})
    await db.litellm_usertable.create(data={"user_id": "u"})
    assert (await db.litellm_usertable.find_unique_or_raise(where={"user_id": "u"})).user_id == "u"
    assert (await db.litellm_usertable.find_first_or_raise(where={"user_id": "u"})).user_id == "u"


async def test_update_upsert_delete(db: Any) -> None:
    keys = db.litellm_verificationtoken
    await keys.create(data={"token": "a", "models": ["m"]})
    data = {"spend": {"increment": 0.25}, "models": {"push": ["z"]}, "rpm_limit": 5}
    row = await keys.update(where={"token": "a"}, data=data)
    assert (row.spend, row.models, row.rpm_limit) == (0.25, ["m", "z"], 5)
    assert await keys.update(where={"token": "none"}, data={"spend": 1}) is None
    both = {"create": {"token": "b", "spend": 3.0}, "update": {"spend": {"increment": 1}}}
    assert [(await keys.upsert(where={"token": "b"}, data=both)).spend for _ in range(2)] == [3.0, 4.0]
    assert await keys.update_many(where={"spend": {"gt": 0}}, data={"spend": {"decrement": 0.25}}) == 2
    assert (await keys.delete(where={"token": "b"})).token == "b"
    assert await keys.delete(where={"token": "b"}) is None
    assert await keys.delete_many(where={"token": {"in": ["a", "none"]}}) == 1


async def test_many_count_and_filters(db: Any) -> None:
    keys = db.litellm_verificationtoken
    rows = [{"token": f"m{i}", "key_alias": f"alias-{i}", "spend": float(i)} for i in range(4)]
    assert await keys.create_many(data=rows) == 4
    assert await keys.create_many(data=[*rows, {"token": "m4", "spend": 4.0}], skip_duplicates=True) == 1
    assert await keys.count() == 5
    assert await keys.count(where={"spend": {"gte": 1}}, take=2) == 2
    assert await keys.count(select={"_all": True, "key_alias": True}) == {"_all": 5, "key_alias": 4}
    where = {
        "OR": [{"key_alias": {"contains": "ALIAS-", "mode": "insensitive"}}, {"token": "m4"}],
        "NOT": [{"token": "m0"}],
    }
    found = await keys.find_many(where=where, order=[{"spend": "desc"}], take=3, skip=1)
    assert [row.token for row in found] == ["m3", "m2", "m1"]
    found = await keys.find_many(cursor={"token": "m1"}, skip=1, take=2, order={"token": "asc"})
    assert [row.token for row in found] == ["m2", "m3"]
    assert len(await keys.find_many(distinct=["blocked"])) == 1
    assert await keys.find_many(where={"token": {"in": []}, "team_id": None}) == []
    assert len(await keys.find_many(where={"models": {"has_some": ["x"]}})) == 0


async def test_group_by(db: Any) -> None:
    logs = db.litellm_spendlogs
    now = dt.datetime.now(UTC)
    await logs.create_many(
        data=[
            {"request_id": f"r{i}", "call_type": "c" if i % 2 else "d", "spend": 0.5 * i, "total_tokens": i}
            | {"startTime": now - dt.timedelta(hours=i), "endTime": now}
            for i in range(6)
        ]
    )
    grouped = await logs.group_by(
        by=["call_type"], sum={"spend": True, "total_tokens": True}, count={"_all": True}, order={"call_type": "asc"}
    )
    assert [(g["call_type"], g["_sum"]["spend"], g["_sum"]["total_tokens"], g["_count"]["_all"]) for g in grouped] == [
        ("c", 4.5, 9, 3),
        ("d", 3.0, 6, 3),
    ]
    ranged = await logs.find_many(
        where={"startTime": {"gte": now - dt.timedelta(hours=3, minutes=1), "lte": now}}, order={"startTime": "desc"}
    )
    assert [row.request_id for row in ranged] == ["r0", "r1", "r2", "r3"]


async def test_json_and_bytes(db: Any) -> None:
    from prisma import Base64

    teams = db.litellm_teamtable
    await teams.create(data={"team_id": "t", "metadata": Json({"tags": ["a", "b"], "n": 5, "s": "Hello World"})})
    for condition in (
        {"equals": Json({"tags": ["a", "b"], "n": 5, "s": "Hello World"})},
        {"path": ["n"], "equals": Json(5)},
        {"path": ["n"], "gt": Json(4)},
        {"path": ["tags"], "array_contains": Json(["b"])},
        {"path": ["s"], "string_contains": "World"},
    ):
        assert len(await teams.find_many(where={"metadata": condition})) == 1, condition
    assert await teams.count(where={"NOT": [{"metadata": {"path": ["n"], "equals": Json(6)}}]}) == 1
    for value in ('plain "str"\n', {"$type": "BigInt", "value": "7"}, [1, "2", None], 1e-9, False):
        assert (await teams.update(where={"team_id": "t"}, data={"metadata": Json(value)})).metadata == value
    content = b'\x00\x01\xff{"'
    skill = {"skill_id": "s", "file_content": Base64.encode(content)}
    saved = await db.litellm_skillstable.upsert(
        where={"skill_id": "s"}, data={"create": skill, "update": {"file_content": skill["file_content"]}}
    )
    assert saved.file_content.decode() == content


async def test_relations(db: Any) -> None:
    who = {"created_by": "x", "updated_by": "x"}
    budget = {"budget_id": "b", "model_max_budget": Json({"m": {"x": 1}}), "max_budget": 2.5, **who}
    organization = await db.litellm_organizationtable.create(
        data={"organization_id": "o", "organization_alias": "O", "litellm_budget_table": {"create": budget}, **who},
        include={"litellm_budget_table": True},
    )
    assert organization.litellm_budget_table.model_max_budget == {"m": {"x": 1}}
    connect = {"litellm_organization_table": {"connect": {"organization_id": "o"}}}
    team = await db.litellm_teamtable.create(
        data={"team_id": "t", "team_alias": "T", **connect},
        include={"litellm_organization_table": {"include": {"litellm_budget_table": True}}},
    )
    assert team.litellm_organization_table.litellm_budget_table.max_budget == 2.5
    found = await db.litellm_organizationtable.find_unique(
        where={"organization_id": "o"}, include={"teams": {"where": {"team_alias": "T"}, "take": 1}, "members": True}
    )
    assert ([t.team_id for t in found.teams], found.members) == (["t"], [])
    for condition, expected in (({"some": {"team_id": "t"}}, 1), ({"none": {"team_id": "t"}}, 0)):
        assert await db.litellm_organizationtable.count(where={"teams": condition}) == expected
    assert await db.litellm_teamtable.count(where={"litellm_organization_table": {"is": {"organization_id": "o"}}}) == 1
    left = await db.litellm_teamtable.update(
        where={"team_id": "t"},
        data={"litellm_organization_table": {"disconnect": True}},
        include={"litellm_organization_table": True},
    )
    assert left.litellm_organization_table is None


async def test_compound_keys_and_big_integers(db: Any) -> None:
    key = {"user_id": "u", "date": "2026-01-01", "api_key": "k", "model": "m", "custom_llm_provider": "openai"}
    key |= {"mcp_namespaced_tool_name": "", "endpoint": "e"}
    where = {"user_id_date_api_key_model_custom_llm_provider_mcp_namespaced_tool_name_endpoint": key}
    both = {
        "create": {**key, "prompt_tokens": 2**53 + 1, "spend": 0.1},
        "update": {"prompt_tokens": {"increment": 1}, "spend": {"increment": 0.2}},
    }
    counted = [(await db.litellm_dailyuserspend.upsert(where=where, data=both)).prompt_tokens for _ in range(2)]
    assert counted == [2**53 + 1, 2**53 + 2]


async def test_batch_is_one_transaction(db: Any) -> None:
    from prisma.errors import UniqueViolationError

    users = db.litellm_usertable
    async with db.batch_() as batch:
        batch.litellm_usertable.create(data={"user_id": "u1"})
        batch.litellm_usertable.update_many(where={"user_id": "u1"}, data={"spend": {"increment": 2}})
        batch.execute_raw('UPDATE "LiteLLM_UserTable" SET spend = spend + 1')
    assert (await users.find_unique(where={"user_id": "u1"})).spend == 3.0
    with pytest.raises(UniqueViolationError):  # noqa: PT012
        async with db.batch_() as batch:
            batch.litellm_usertable.create(data={"user_id": "u2"})
            batch.litellm_usertable.create(data={"user_id": "u1"})
    assert await users.find_unique(where={"user_id": "u2"}) is None


async def test_transactions(db: Any) -> None:
    from prisma.errors import TransactionExpiredError

    users = db.litellm_usertable
    async with db.tx() as tx:
        await tx.litellm_usertable.create(data={"user_id": "u"})
        assert await users.find_unique(where={"user_id": "u"}) is None
        async with tx.batch_() as batch:
            batch.litellm_usertable.update(where={"user_id": "u"}, data={"spend": 7})
    assert (await users.find_unique(where={"user_id": "u"})).spend == 7.0
    with pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with db.tx() as tx:
            await tx.litellm_usertable.create(data={"user_id": "rolled back"})
            raise ZeroDivisionError
    assert await users.find_unique(where={"user_id": "rolled back"}) is None
    with pytest.raises(TransactionExpiredError):  # noqa: PT012
        async with db.tx(timeout=dt.timedelta(milliseconds=200)) as tx:
            await tx.query_raw("SELECT pg_sleep(0.4)")
            await tx.litellm_usertable.create(data={"user_id": "late"})
    assert await users.find_unique(where={"user_id": "late"}) is None


async def test_concurrent_transactions_lose_nothing(db: Any) -> None:
    await db.litellm_usertable.create(data={"user_id": "u"})

    async def one() -> None:
        async with db.tx(max_wait=dt.timedelta(seconds=20), timeout=dt.timedelta(seconds=20)) as tx:
            await tx.query_raw('SELECT spend FROM "LiteLLM_UserTable" WHERE user_id = $1 FOR UPDATE', "u")
            await tx.litellm_usertable.update(where={"user_id": "u"}, data={"spend": {"increment": 1}})

    await asyncio.gather(*(one() for _ in range(25)))
    assert (await db.litellm_usertable.find_unique(where={"user_id": "u"})).spend == 25.0
