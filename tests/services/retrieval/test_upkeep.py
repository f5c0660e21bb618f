"""Lost jobs, retries, expiry, leftovers."""

from __future__ import annotations

from rq import Queue, SimpleWorker

from services.retrieval.jobs import INGEST, queue_name
from services.retrieval.upkeep import MAX_TRIES, look, sweep, wait_before
from tests.services.retrieval.desk import Desk


def state(desk: Desk, store: str) -> str | None:
    return desk.jobs.state(INGEST, store, "file-a")


def attached(desk: Desk) -> str:
    store = desk.store()
    desk.files["file-a"] = "A text."
    desk.good("POST", f"/{store}/files", {"file_id": "file-a"})
    return store


def fail(desk: Desk, store: str) -> None:
    """Lets a real worker run the job where nothing it needs is there."""
    del store
    queue = Queue(desk.jobs._name, connection=desk.jobs.connection())
    SimpleWorker([queue], connection=desk.jobs.connection()).work(burst=True, logging_level="CRITICAL")


def test_a_job_that_is_lost_is_queued_again(desk: Desk) -> None:
    store = attached(desk)
    assert state(desk, store) == "queued"
    desk.jobs.forget(INGEST, store, "file-a")
    assert state(desk, store) is None
    look(desk.stores)
    assert state(desk, store) == "queued"


def test_a_job_that_fails_is_tried_again_later_and_given_up_in_the_end(desk: Desk) -> None:
    store = attached(desk)
    for tries in range(1, MAX_TRIES):
        fail(desk, store)
        assert state(desk, store) == "failed"
        look(desk.stores)
        assert state(desk, store) == "failed", "not at once"
        desk.now += wait_before(tries)
        look(desk.stores)
        assert state(desk, store) == "queued"
    fail(desk, store)
    look(desk.stores)
    file = desk.good("GET", f"/{store}/files/file-a")
    assert (file["status"], file["last_error"]["code"]) == ("failed", "server_error")
    (dead,) = desk.jobs.dead()
    assert (dead.what, dead.subject) == ("ingest", f"{store} file-a")
    assert "A text" not in dead.reason


def test_waits_grow_and_are_bounded() -> None:
    waits = [wait_before(n) for n in range(1, 8)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2.0, 120.0)


def test_what_expired_is_emptied(desk: Desk) -> None:
    store = desk.store("A text.", expires_after={"anchor": "last_active_at", "days": 1})
    desk.now += 90_000
    look(desk.stores)
    told = desk.good("GET", f"/{store}")
    assert (told["status"], told["file_counts"]["total"]) == ("expired", 0)
    assert desk.stores.passages(store).count() == 0


def test_leftovers_of_a_kill_are_swept(desk: Desk) -> None:
    store = desk.store("A text.", "Another.")
    desk.stores.catalogue.remove_file(store, "file-0")
    sweep(desk.stores)
    assert desk.stores.passages(store).file_ids() == {"file-1"}
    assert queue_name(desk.stores._folder).startswith("signalbox-retrieval-")
