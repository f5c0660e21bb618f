"""Models of the admin UI take part at once, and nothing is lost to LiteLLM's look at its database."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.edits import load
from tests.e2e.keys.desk import EASY, FOUND, POLL_S, Desk, seconds_until

POLLS = 6


def test_a_model_removed_under_load_loses_no_request(desk: Desk) -> None:
    params = {"model": "openai/up-leaving", "api_base": f"{desk.cloud.url}/v1", "api_key": "sk-leaving"}
    info = {"location": "local", "signalbox_tier": "small"}
    made = desk.admin("/model/new", model_name="leaving", litellm_params=params, model_info=info)

    def arrived() -> int:
        return desk.cloud.holds("up-leaving")

    def known(worker: int) -> bool:
        return desk.ask(desk.system.key, model="leaving", client=desk.each_worker()[worker]).status_code == 200

    seconds_until(lambda: known(0) and known(1), "both workers to know it", 60)
    # It costs nothing, so a new conversation goes there (no other model without a price is there yet).
    body = {"model": "auto", "messages": [{"role": "user", "content": f"{EASY} And why is it so?"}]}
    with load(desk.system.url, desk.system.headers, body, 4) as seen:
        seconds_until(lambda: arrived() > 8, "requests that go to it", 60)
        desk.admin("/model/delete", id=made["model_id"])

        def nobody_goes_there() -> bool:
            before, answered = arrived(), seen.statuses[200]
            seconds_until(lambda: seen.statuses[200] > answered + 16, "further answers", 60)
            return arrived() == before

        seconds_until(nobody_goes_there, "both workers to forget it", 90)
    print(f"\n{dict(seen.statuses)}, {arrived()} of them by the model that was removed meanwhile")
    assert seen.lost == []


@pytest.fixture(scope="module")
def added(desk: Desk) -> Iterator[str]:
    """The id of a model that an administrator adds as the UI does: nothing said about where it is."""
    params = {"model": "openai/up-added", "api_base": f"{desk.cloud.url}/v1", "api_key": "sk-added"}
    made = desk.admin("/model/new", model_name="added", litellm_params=params, model_info={})
    yield made["model_id"]
    desk.admin("/model/delete", id=made["model_id"])
    # Else a later test's requests may still go there.
    seconds_until(lambda: all(status(desk, worker, "public") != 200 for worker in (0, 1)), "both workers to forget it")


def ids(desk: Desk) -> dict[str, str]:
    """Model group by deployment id, as LiteLLM has them now."""
    return {row["model_info"]["id"]: row["model_name"] for row in desk.look("/v1/model/info")["data"]}


def status(desk: Desk, worker: int, data_class: str = "internal") -> int:
    headers = {**desk.system.headers, "x-signalbox-data-class": data_class}
    body = {"model": "added", "messages": [{"role": "user", "content": "hello there"}]}
    return desk.each_worker()[worker].post("/v1/chat/completions", json=body, headers=headers).status_code


def _serves_after(desk: Desk, worker: int, data_class: str) -> float:
    return seconds_until(lambda: status(desk, worker, data_class) == 200, f"worker {worker}")


def test_it_joins_at_once_and_is_not_local_until_it_says_so(desk: Desk, added: str) -> None:
    took = [_serves_after(desk, worker, "public") for worker in (0, 1)]
    print(f"\nseconds until each worker routes to a new model: {[round(t, 2) for t in took]}")
    assert status(desk, 0) == 403, "internal data may not go to a place that nobody named"
    edit: dict[str, Any] = {"model_info": {"location": "local", "signalbox_tier": "small"}}
    desk.api("PATCH", f"/model/{added}/update", desk.system.key, edit, 200)
    took = [_serves_after(desk, worker, "internal") for worker in (0, 1)]
    print(f"seconds until each worker obeys its edited model_info: {[round(t, 2) for t in took]}")
    with desk.system.client() as client:
        assert "added" in [m["id"] for m in client.get("/v1/models").json()["data"]]


def test_all_deployments_survive_polls_and_a_reformatted_file(desk: Desk, added: str) -> None:
    seconds_until(lambda: FOUND in ids(desk).values(), "the found model")
    before = ids(desk)
    assert {"small", "frontier", "added", FOUND, "auto"} <= set(before.values())
    assert before[added] == "added"

    written = json.loads(desk.system.config.read_text("utf-8"))
    for entry in written["model_list"]:
        entry["litellm_params"] = dict(reversed(entry["litellm_params"].items()))
    shuffled = {name: written[name] for name in reversed(written)}
    desk.system.config.write_text(yaml.safe_dump(shuffled, indent=4, sort_keys=False), "utf-8")

    end = time.monotonic() + POLLS * POLL_S
    seen = []
    while time.monotonic() < end:
        for client in desk.each_worker():
            rows = client.get("/v1/model/info", headers=desk.system.headers).json()["data"]
            seen.append({row["model_info"]["id"]: row["model_name"] for row in rows})
        assert status(desk, 0) == status(desk, 1) == 200
        time.sleep(0.3)
    print(f"\n{len(before)} deployments unchanged in {len(seen)} looks over {POLLS} polls of the database")
    assert all(one == before for one in seen)
