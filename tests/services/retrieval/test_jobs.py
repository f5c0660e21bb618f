"""The queue, on a real Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry

from services.retrieval.jobs import INGEST, Jobs, NoQueue, job_id, jobs_from, queue_name


@pytest.fixture
def jobs(redis_url: str, tmp_path: Path) -> Iterator[Jobs]:
    made = Jobs(redis_url, queue_name(tmp_path))
    yield made
    made.close()


def test_the_same_work_is_queued_once(jobs: Jobs) -> None:
    ids = {jobs.enqueue(INGEST, "vs_1", "file-1") for _ in range(3)}
    assert ids == {"ingest-vs_1-file-1"} == {job_id(INGEST, "vs_1", "file-1")}
    assert (jobs.waiting(), jobs.state(INGEST, "vs_1", "file-1")) == (1, "queued")
    assert jobs.live() == frozenset(ids)
    jobs.forget(INGEST, "vs_1", "file-1")
    jobs.forget(INGEST, "vs_1", "file-1")
    assert (jobs.waiting(), jobs.state(INGEST, "vs_1", "file-1")) == (0, None)


def test_what_a_killed_worker_had_begun_is_queued_again(jobs: Jobs) -> None:
    id = jobs.enqueue(INGEST, "vs_1", "file-1")
    queue = jobs._queue()
    queue.pop_job_id()
    job = Job.fetch(id, connection=queue.connection)
    job.set_status(JobStatus.STARTED)
    queue.connection.zadd(StartedJobRegistry(queue=queue).key, {f"{id}:execution": 9e12})
    assert jobs.state(INGEST, "vs_1", "file-1") == "started"
    assert jobs.requeue_orphans() == 1
    assert (jobs.state(INGEST, "vs_1", "file-1"), jobs.waiting()) == ("queued", 1)
    assert jobs.requeue_orphans() == 0


def test_no_redis_is_said() -> None:
    for jobs in (Jobs(None, "q"), Jobs("redis://127.0.0.1:9/0", "q")):
        for ask in (jobs.dead, jobs.waiting, jobs.live, lambda jobs=jobs: jobs.enqueue(INGEST, "a", "b")):
            with pytest.raises(NoQueue):
                ask()


def test_each_state_directory_has_a_queue_of_its_own(tmp_path: Path) -> None:
    assert queue_name(tmp_path / "a") != queue_name(tmp_path / "b")
    with pytest.raises(NoQueue):
        jobs_from({}, tmp_path).connection()
