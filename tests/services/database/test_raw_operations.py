"""Raw statements with every type of column, and errors, through the real generated client, engine and Postgres."""

import datetime as dt
import os
from typing import Any

import pytest

from tests.services.database.support import Json

UTC = dt.UTC


async def test_raw_with_every_column_type(db: Any) -> None:
    row = await db.query_first(
        "SELECT $1::timestamptz a, $2::date b, $3::text[] c, $4::jsonb d, $5::numeric e, ARRAY[1,2]::int[] f, "
        "ARRAY[null,'x']::text[] g, '12:30+02'::timetz h, interval '1 day' i, 'a'::bytea j, "
        "'00000000-0000-0000-0000-000000000000'::uuid k, ARRAY['2024-01-01T02:00+02'::timestamptz] l, 3.5::float4 m, "
        "9007199254740993::bigint n, true o, null::int p, $6::timestamp q, 'x'::name r, 7::smallint s, $7::float8 t",
        "2024-05-05T10:00:00.123456+02:00",
        "2024-05-05",
        ["p", 'q"'],
        '{"a":[1],"$type":"BigInt","value":"1"}',
        "1.50",
        "2024-01-01T00:00:00Z",
        1,
    )
    assert row == {
        "a": "2024-05-05T08:00:00.123456+00:00",
        "b": "2024-05-05",
        "c": ["p", 'q"'],
        "d": {"a": [1], "$type": "BigInt", "value": "1"},
        "e": 1.5,
        "f": [1, 2],
        "g": [None, "x"],
        "h": "10:30:00",
        "i": "1 day",
        "j": "YQ==",
        "k": "00000000-0000-0000-0000-000000000000",
        "l": ["2024-01-01T00:00:00+00:00"],
        "m": 3.5,
        "n": 9007199254740993,
        "o": True,
        "p": None,
        "q": "2024-01-01T00:00:00+00:00",
        "r": "x",
        "s": 7,
        "t": 1.0,
    }


async def test_a_session_in_another_zone_changes_no_timestamp(db: Any) -> None:
    async with db.tx() as tx:
        await tx.execute_raw("SET LOCAL TIME ZONE 'Asia/Kathmandu'")
        row = await tx.query_first("SELECT '2024-05-05 10:00:00+02'::timestamptz AS x, current_setting('TimeZone') z")
    assert row == {"x": "2024-05-05T08:00:00+00:00", "z": "Asia/Kathmandu"}


async def test_execute_raw(db: Any) -> None:
    await db.litellm_usertable.create(data={"user_id": "u"})
    changed = await db.execute_raw('UPDATE "LiteLLM_UserTable" SET spend = spend + $1 WHERE user_id = $2', 1.5, "u")
    assert changed == 1
    assert await db.query_raw('SELECT spend FROM "LiteLLM_UserTable" WHERE user_id = ANY($1)', ["u"]) == [
        {"spend": 1.5}
    ]


async def test_errors_have_the_classes_that_litellm_looks_for(db: Any) -> None:
    from prisma import errors

    users = db.litellm_usertable
    await users.create(data={"user_id": "u"})
    with pytest.raises(errors.UniqueViolationError):
        await users.create(data={"user_id": "u"})
    with pytest.raises(errors.FieldNotFoundError):
        await users.find_many(where={"nothing": 1})
    who = {"organization_alias": "x", "created_by": "x", "updated_by": "x"}
    with pytest.raises(errors.ForeignKeyViolationError):
        await db.litellm_organizationtable.create(data={"organization_id": "o", "budget_id": "none", **who})
    with pytest.raises(errors.MissingRequiredValueError):
        await db.litellm_organizationtable.create(data={"organization_id": "o"})
    with pytest.raises(errors.RawQueryError, match="does not exist") as raw:
        await db.query_raw("SELECT * FROM nothing")
    assert raw.value.code == "P2010"
    with pytest.raises(errors.DataError, match='code: "22021"'):
        await users.create(data={"user_id": "\x00"})


async def test_stored_text_that_looks_like_an_error_is_no_error(db: Any) -> None:
    trap = {"errors": [{"user_facing_error": {"error_code": "P2036", "meta": {"id": 1}}}]}
    await db.litellm_teamtable.create(data={"team_id": "t", "team_alias": '{"errors":[', "metadata": Json(trap)})
    assert (await db.litellm_teamtable.find_unique(where={"team_id": "t"})).metadata == trap
    assert await db.query_raw('SELECT metadata AS errors FROM "LiteLLM_TeamTable"') == [{"errors": trap}]


async def test_litellm_can_wrap_the_engine(db: Any) -> None:
    wrapped = db._engine
    db._Prisma__engine = marker = object()
    assert db._engine is marker
    db._Prisma__engine = wrapped
    assert os.environ["PRISMA_QUERY_ENGINE_BINARY"].endswith("run/bin/query-engine")
