"""Spend is exact: what was answered is what is booked, everywhere, also through faults of the database."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

import httpx
import psutil
import psycopg
import pytest

from services.database.environment import database_url
from services.database.paths import StatePaths
from tests.e2e.keys.desk import COST, EASY, Desk, bearer

REQUESTS, AT_ONCE, KEYS = 1000, 16, 3
SETTLE_S = 60.0

BOOKED = {
    "keys": 'select coalesce(sum(spend), 0) from "LiteLLM_VerificationToken" where team_id = %(team)s',
    "team": 'select spend from "LiteLLM_TeamTable" where team_id = %(team)s',
    "user": 'select spend from "LiteLLM_UserTable" where user_id = %(user)s',
    "logs": "select coalesce(sum(spend), 0) from \"LiteLLM_SpendLogs\" where team_id = %(team)s and status = 'success'",
    "daily, team": 'select coalesce(sum(spend), 0) from "LiteLLM_DailyTeamSpend" where team_id = %(team)s',
    "daily, user": 'select coalesce(sum(spend), 0) from "LiteLLM_DailyUserSpend" where user_id = %(user)s',
}
_ASKED = "select coalesce(sum(successful_requests), 0) from"
COUNTED = {
    "logs": "select count(*) from \"LiteLLM_SpendLogs\" where team_id = %(team)s and status = 'success'",
    "daily, team": f'{_ASKED} "LiteLLM_DailyTeamSpend" where team_id = %(team)s',
    "daily, user": f'{_ASKED} "LiteLLM_DailyUserSpend" where user_id = %(user)s',
}
PER_KEY = """
    select k.token, round(k.spend::numeric, 6), count(l.request_id), round(coalesce(sum(l.spend), 0)::numeric, 6)
    from "LiteLLM_VerificationToken" k left join "LiteLLM_SpendLogs" l on l.api_key = k.token and l.status = 'success'
    where k.team_id = %(team)s group by 1, 2
"""


def kill_engines(desk: Desk) -> None:
    """kill -9 of every query engine; LiteLLM starts them again."""
    engines = [p for p in desk.system.processes() if any("engine/main.mjs" in part for part in p.cmdline())]
    assert engines, [p.cmdline() for p in desk.system.processes() if p.name() == "node"]
    for engine in engines:
        engine.kill()


def restart_postgres(desk: Desk) -> None:
    """A fast shutdown, as an operator's restart; the database part starts it again."""
    servers = [p for p in desk.system.processes() if p.name() == "postgres"]
    pids = {p.pid for p in servers}
    postmaster = next(p for p in servers if p.ppid() not in pids)
    postmaster.send_signal(signal.SIGINT)
    psutil.wait_procs([postmaster], timeout=30)


def at_progress(done: list[int], share: float, what: Callable[[], None]) -> threading.Event:
    """Does something once that share of the requests is answered; the event says that it was done."""
    happened = threading.Event()

    def wait() -> None:
        while len(done) < share * REQUESTS:
            time.sleep(0.01)
        what()
        happened.set()

    threading.Thread(target=wait, daemon=True).start()
    return happened


async def load(url: str, keys: list[str], done: list[int]) -> Counter[str]:
    """Answered requests by key; ``done`` gets every status."""
    answered: Counter[str] = Counter()
    turns = itertools.islice(itertools.cycle(keys), REQUESTS)
    body = {"model": "auto", "messages": [{"role": "user", "content": EASY}]}
    async with httpx.AsyncClient(base_url=url, timeout=120, trust_env=False) as client:

        async def caller() -> None:
            for key in turns:
                answer = await client.post("/v1/chat/completions", json=body, headers=bearer(key))
                done.append(answer.status_code)
                answered[key] += answer.status_code == 200

        await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return answered


def ask_database(desk: Desk, question: str, **given: str) -> list[tuple[object, ...]]:
    url = database_url(StatePaths.of(desk.system.state), {}).partition("&connection_limit")[0]  # Prisma's word
    with psycopg.connect(url) as connection:
        return connection.execute(question.encode(), given).fetchall()


@pytest.mark.timeout(600)  # 1,000 requests and their booking: two minutes, more on a busy machine
@pytest.mark.parametrize("faults", [False, True], ids=["quiet", "engine killed, Postgres restarted"])
def test_every_answered_request_is_booked_once(desk: Desk, faults: bool) -> None:
    user = desk.admin("/user/new", user_role="internal_user", auto_create_key=False)["user_id"]
    team = desk.admin("/team/new", team_alias=f"spend-{faults}-{time.time()}")["team_id"]
    keys = [desk.key(team_id=team, user_id=user) for _ in range(KEYS)]
    done: list[int] = []
    happened = []
    if faults:
        happened = [
            at_progress(done, 0.3, lambda: kill_engines(desk)),
            at_progress(done, 0.6, lambda: restart_postgres(desk)),
        ]
    began = time.monotonic()
    answered = asyncio.run(load(desk.system.url, keys, done))
    took = time.monotonic() - began
    assert all(one.wait(60) for one in happened)
    wanted = sum(answered.values())

    def sums() -> dict[str, float]:
        return {n: float(str(ask_database(desk, q, team=team, user=user)[0][0])) for n, q in BOOKED.items()}

    def counts() -> dict[str, int]:
        return {n: int(str(ask_database(desk, q, team=team, user=user)[0][0])) for n, q in COUNTED.items()}

    def settled() -> bool:
        exact = all(abs(usd - wanted * COST["small"]) < 1e-6 for usd in sums().values())
        return exact and all(n == wanted for n in counts().values())

    settle = time.monotonic()
    while not settled() and time.monotonic() - settle < SETTLE_S:
        time.sleep(0.2)
    print(f"\n{dict(Counter(done))} in {took:.1f} s; booked after another {time.monotonic() - settle:.1f} s:")
    print(
        f"{wanted} answered = ${wanted * COST['small']:.3f}; {counts()} { {n: round(v, 3) for n, v in sums().items()} }"
    )
    booked = {str(row[0]): row[1:] for row in ask_database(desk, PER_KEY, team=team)}
    assert settled()
    for key in keys:
        spend, logs, usd = (float(str(value)) for value in booked[hashlib.sha256(key.encode()).hexdigest()])
        assert logs == answered[key]
        assert spend == usd == pytest.approx(answered[key] * COST["small"])
    assert wanted == REQUESTS if not faults else wanted > 0.5 * REQUESTS
