"""What the service looks after while it runs: files whose job is lost, retries, stores that expired.

Knows: the catalogue and the queue, back-off. Does not know: HTTP. A file that was acknowledged is in the catalogue, so
whatever happened to its job (a Redis that lost it, a service killed before it could queue it), it is queued again.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from services.retrieval.jobs import INGEST, NoQueue, job_id
from services.retrieval.records import FileRecord
from services.retrieval.stores import Stores

EVERY_S = 1.0
MAX_TRIES = 5
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 120.0
GIVEN_UP = (
    "The file could not be taken in after several tries: see `signalbox retrieval dead-letter`, then attach again."
)

_log = logging.getLogger("signalbox.retrieval")


async def keep(stores: Stores, every_s: float = EVERY_S) -> None:
    """Until cancelled."""
    while True:
        try:
            await asyncio.to_thread(look, stores)
        except Exception:  # noqa: BLE001 - an edge: what is wrong now may be well in a second
            _log.exception("upkeep failed")
        await asyncio.sleep(every_s)


def look(stores: Stores) -> None:
    """Looks once."""
    try:
        _tend_all(stores)
    except NoQueue:
        return  # what expired is looked at when it is there again
    now = stores.clock()
    for store in stores.catalogue.stores():
        if store.expires_at is not None and store.expires_at <= now:
            for file in stores.catalogue.files(store.id):  # the store stays, as expired; what it held is gone
                stores.detach(store, file.file_id)


def sweep(stores: Stores) -> None:
    """At start: removes passages of files that were taken away while the service was killed."""
    for store in stores.catalogue.stores():
        known = {file.file_id for file in stores.catalogue.files(store.id)}
        for file_id in stores.passages(store.id).file_ids() - known:
            stores.detach(store, file_id)


def wait_before(tries: int) -> float:
    """Seconds before try number ``tries`` + 1."""
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 4.0 ** (tries - 1))


def _tend_all(stores: Stores) -> None:
    unfinished = stores.catalogue.unfinished()
    live = stores.jobs.live() if unfinished else frozenset()
    for file in unfinished:
        if job_id(INGEST, file.store_id, file.file_id) not in live:
            _tend(stores, file)


def _tend(stores: Stores, file: FileRecord) -> None:
    state = stores.jobs.state(INGEST, file.store_id, file.file_id)
    now = stores.clock()
    if state in ("queued", "started", "deferred", "scheduled"):
        return
    if state != "failed":
        stores.queue(file)  # lost, or just over: a file that is complete by now is no work
        return
    if file.retry_at == 0:
        tries = file.tries + 1
        if tries >= MAX_TRIES:
            stores.fail(file, "server_error", GIVEN_UP)
            return
        stores.catalogue.change(file, lambda f: replace(f, tries=tries, retry_at=now + wait_before(tries)))
    elif file.retry_at <= now:
        stores.catalogue.change(file, lambda f: replace(f, retry_at=0.0))
        stores.queue(file)
