"""Rate limits, budgets and revocation over two workers."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import pytest

from tests.e2e.keys.desk import COST, HARD, Desk, seconds_until

PER_WORKER = 45


def _ask_often(desk: Desk, key: str, client: httpx.Client) -> list[int]:
    return [desk.ask(key, client=client).status_code for _ in range(PER_WORKER)]


def _until(desk: Desk, key: str, client: httpx.Client, status: int, model: str = "auto") -> None:
    seconds_until(lambda: desk.ask(key, model=model, client=client).status_code == status, f"status {status}")


def test_sixty_a_minute_are_sixty_over_two_workers(desk: Desk) -> None:
    key, workers = desk.key(rpm_limit=60), desk.each_worker()
    with ThreadPoolExecutor(len(workers)) as pool:
        asked = [pool.submit(partial(_ask_often, desk, key, client)) for client in workers]
        answers = [status for one in asked for status in one.result()]
    print(f"\nrpm_limit 60, two workers: {answers.count(200)} of {len(answers)} went through")
    assert answers.count(200) == 60
    assert answers.count(429) == 2 * PER_WORKER - 60
    refused = desk.ask(key)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"


def test_an_edited_and_a_revoked_key_holds_in_every_worker_within_a_second(desk: Desk) -> None:
    key, workers = desk.key(), desk.each_worker()
    took = {}
    changes: tuple[tuple[str, Callable[[], object], int], ...] = (
        ("edited", lambda: desk.admin("/key/update", key=key, metadata=only("fast")), 403),
        ("edited again", lambda: desk.admin("/key/update", key=key, metadata={}), 200),
        ("blocked", lambda: desk.admin("/key/block", key=key), 401),
        ("unblocked", lambda: desk.admin("/key/unblock", key=key), 200),
        ("revoked", lambda: desk.admin("/key/delete", keys=[key]), 401),
    )
    for what, change, wanted in changes:
        for client in workers:
            desk.ask(key, client=client)  # both workers hold the key as it was
        change()
        began = time.monotonic()
        for client in workers:
            _until(desk, key, client, wanted)
        took[what] = round(time.monotonic() - began, 2)
    print(f"\nseconds until both workers obey: {took}")
    assert max(took.values()) < 1.0


def only(*capabilities: str) -> dict[str, object]:
    return {"signalbox": {"capabilities": list(capabilities)}}


def test_a_budget_holds_although_the_model_is_rewritten(desk: Desk) -> None:
    limit = 2.5 * COST["small"]
    key = desk.key(max_budget=limit)
    answers = []
    for _ in range(40):
        answers.append(desk.ask(key))
        if answers[-1].status_code != 200:
            break
        assert answers[-1].headers["x-signalbox-deployment"].startswith("small")
        time.sleep(0.02)  # as a person would: the cost of one answer is counted just after it
    passed = [a for a in answers if a.status_code == 200]
    print(f"\nbudget of {limit:.4f} at {COST['small']} a request: {len(passed)} went through")
    assert 3 <= len(passed) <= 5
    assert answers[-1].status_code in (400, 422, 429)
    assert "budget" in answers[-1].json()["error"]["message"].lower()


def test_concurrent_requests_are_not_refused_for_each_others_reservation(desk: Desk) -> None:
    key = desk.key(max_budget=1.0)
    desk.cloud.behave("up-small", "slow")
    try:
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: desk.ask(key, max_tokens=1000), range(6)))
    finally:
        desk.cloud.reset()
    assert [a.status_code for a in answers] == [200] * 6


@pytest.mark.parametrize("holder", ["key", "team"])
def test_a_budget_of_a_tier_closes_that_tier_in_every_worker(desk: Desk, holder: str) -> None:
    label = {"signalbox": {"tier_budgets": {"frontier": {"max_usd": 1.5 * COST["frontier"], "per": "30d"}}}}
    if holder == "key":
        key = desk.key(metadata=label)
    else:
        team = desk.admin("/team/new", team_alias=f"budget-{time.time()}", metadata=label)["team_id"]
        key = desk.key(team_id=team)
    one, two = desk.each_worker()
    for client in (one, two):
        assert desk.ask(key, HARD, client=client).headers["x-signalbox-tier"] == "frontier"
    # Pinned to the group, nothing else may serve.
    for client in (one, two):
        _until(desk, key, client, 403, model="frontier")
    error = desk.ask(key, model="frontier").json()["error"]
    assert error["code"] == "budget_exceeded"
    assert f"the {holder}'s budget of $0.105 for tier frontier is used up until 20" in error["message"]
    # A capability goes on below it, and says so; a lower tier is not touched.
    lower = desk.ask(key, HARD, client=one)
    assert (lower.status_code, lower.headers["x-signalbox-tier"]) == (200, "small")
    assert lower.headers["x-signalbox-degraded"] == "true"
    assert desk.ask(key, client=two).headers["x-signalbox-tier"] == "small"
