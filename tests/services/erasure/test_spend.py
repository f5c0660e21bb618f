from pathlib import Path

import psycopg

from services.database.migrate import libpq_url
from services.erasure.spend import erase_spend, keys_of

LOG = (
    'INSERT INTO "LiteLLM_SpendLogs" '
    '(request_id, call_type, api_key, "user", end_user, "startTime", "endTime", updated_at) '
    "VALUES (%s, 'acompletion', %s, %s, %s, now(), now(), now())"
)


def left(url: str) -> set[str]:
    with psycopg.connect(libpq_url(url)) as connection:
        return {row[0] for row in connection.execute('SELECT request_id FROM "LiteLLM_SpendLogs"').fetchall()}


def test_logs_of_keys_and_of_a_user_go_and_others_stay(database_state: tuple[Path, str]) -> None:
    _, url = database_state
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute('INSERT INTO "LiteLLM_VerificationToken" (token, user_id) VALUES (%s, %s)', ("k1", "ada"))
        for log in (
            ("of-key", "k1", "", ""),
            ("of-old-key", "k0", "ada", ""),
            ("as-end-user", "k9", "bob", "ada"),
            ("other", "k9", "bob", "carl"),
        ):
            connection.execute(LOG, log)
    assert keys_of(url, "ada") == {"k1", "k0"}
    assert keys_of(url, "nobody") == frozenset()
    assert erase_spend(url, {"k1"}, None) == 1
    assert left(url) == {"of-old-key", "as-end-user", "other"}
    assert erase_spend(url, {"k0", "k1"}, "ada") == 2
    assert left(url) == {"other"}
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute('TRUNCATE "LiteLLM_SpendLogs", "LiteLLM_VerificationToken" CASCADE')
