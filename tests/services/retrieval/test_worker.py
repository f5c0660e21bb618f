"""The real processes: nothing that was acknowledged is lost or doubled, whatever is killed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from services.retrieval.worker import READY
from tests.services.retrieval.rig import Rig, running_rig, until


def test_kill_9_at_random_moments_loses_and_doubles_nothing(tmp_path: Path) -> None:
    killed_while_taking_in(tmp_path, files=60, kills=3, seed=7)


def killed_while_taking_in(state: Path, *, files: int, kills: int, seed: int) -> dict[str, int]:
    """Files that were acknowledged are each found once, after kills of worker and service at random moments; how often
    each was killed. The worker is always among them."""
    chance = random.Random(seed)
    moments = sorted(chance.sample(range(1, files - files // 10), kills))
    victims = ["worker", *(chance.choice(("worker", "retrieval")) for _ in range(kills - 1))]
    with running_rig(state) as rig:
        until("the worker", lambda: (state / "run" / READY).exists())
        ids = [rig.upload(f"note-{n}.txt", f"Note {n}. Barrel number {n} holds liquid {n * 31}.") for n in range(files)]
        store = rig.store()
        each = [{"file_id": id, "attributes": {"n": n}} for n, id in enumerate(ids)]
        assert rig.ask("POST", f"/{store}/file_batches", {"files": each}).status_code == 200
        for moment, victim in zip(moments, victims, strict=True):
            until("some files to be complete", lambda moment=moment: completed(rig, store) >= moment)  # type: ignore[misc]
            rig.kill(victim)
            rig.start(victim)
            rig.ready()
        counts = rig.taken_in(store)
        assert counts["completed"] == counts["total"] == files, rig.log("worker")
        everywhere_once(rig, store, ids)
    return {name: victims.count(name) for name in ("worker", "retrieval")}


def completed(rig: Rig, store: str) -> int:
    answer = rig.ask("GET", f"/{store}")
    return int(answer.json()["file_counts"]["completed"])


def everywhere_once(rig: Rig, store: str, ids: list[str]) -> None:
    """Every file has its one chunk, and a search for it alone finds that once."""
    assert rig.ask("GET", f"/{store}").json()["signalbox"]["chunks"] == len(ids)
    for n, id in enumerate(ids):
        only = {"type": "eq", "key": "n", "value": n}
        found = rig.search(store, f"barrel number {n}", filters=only, max_num_results=5)
        assert [hit["file_id"] for hit in found] == [id]
    assert rig.search(store, "barrel number 17", max_num_results=1)[0]["file_id"] == ids[17]


def test_a_worker_without_its_model_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.retrieval import worker

    def broken() -> None:
        raise OSError("no model")

    monkeypatch.setattr(worker, "wait_for_redis", lambda _: None)
    monkeypatch.setattr(worker, "tools", broken)
    with pytest.raises(OSError, match="no model"):
        worker.main(["--state", str(tmp_path)], {})
    assert not (tmp_path / "run" / READY).exists()
