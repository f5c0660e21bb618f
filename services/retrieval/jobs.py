"""The queue of work to be done outside the service: Redis through RQ.

Knows: RQ's queue and registries, the id of each job. Does not know: what a job does (``worker``), the catalogue. A job
that failed for good stays in RQ's failed registry: the dead letter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

REDIS_ENV = "SIGNALBOX_RETRIEVAL_REDIS"
INGEST, REINDEX = "services.retrieval.work.ingest", "services.retrieval.work.reindex"
JOB_SECONDS = 3600
KEEP_SECONDS = 30 * 86_400
"""How long a job that failed for good can be looked at."""


class NoQueue(Exception):  # noqa: N818 - an answer to the caller, no fault
    """There is no Redis, or it does not answer."""


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that failed for good. ``reason``: the exception's type and place, without its message."""

    id: str
    what: str
    subject: str
    failed_at: str
    reason: str


def queue_name(state: Path) -> str:
    """One queue for each state directory: several gateways may share a Redis, and each has files of its own."""
    return "signalbox-retrieval-" + hashlib.sha256(str(state.absolute()).encode()).hexdigest()[:12]


class Jobs:
    """``url`` None: there is no Redis, and everything raises NoQueue. Blocking."""

    def __init__(self, url: str | None, name: str) -> None:
        self._url, self._name = url, name
        self._connection: redis.Redis | None = None

    def enqueue(self, function: str, *arguments: str) -> str:
        """Queues a job unless the same is queued or running; its id. One that failed is queued anew."""
        from rq.job import Job

        queue = self._queue()
        id = job_id(function, *arguments)
        try:
            found = Job.fetch(id, connection=queue.connection) if Job.exists(id, queue.connection) else None
            if found is not None and found.get_status() in ("queued", "started", "deferred", "scheduled"):
                return id
            if found is not None:
                found.delete()
            queue.enqueue(
                function, args=arguments, job_id=id, job_timeout=JOB_SECONDS, failure_ttl=KEEP_SECONDS, result_ttl=0,
                description=f"{function.rpartition('.')[2]} {' '.join(arguments)}",
            )  # fmt: skip
        except redis.RedisError as error:
            raise NoQueue(type(error).__name__) from error
        return id

    def state(self, function: str, *arguments: str) -> str | None:
        """RQ's word for where the job is: queued, started, failed, ...; None where there is no such job."""
        from rq.exceptions import NoSuchJobError
        from rq.job import Job

        try:
            job = Job.fetch(job_id(function, *arguments), connection=self._queue().connection)
            status = job.get_status()
        except NoSuchJobError:
            return None
        except redis.RedisError as error:
            raise NoQueue(type(error).__name__) from error
        return None if status is None else str(getattr(status, "value", status))

    def live(self) -> frozenset[str]:
        """Ids of the jobs that are queued or running."""
        from rq.registry import StartedJobRegistry

        queue = self._queue()
        try:
            started = StartedJobRegistry(queue=queue).get_job_ids(cleanup=False)
            return frozenset((*queue.job_ids, *(str(id).partition(":")[0] for id in started)))
        except redis.RedisError as error:
            raise NoQueue(type(error).__name__) from error

    def forget(self, function: str, *arguments: str) -> None:
        """Takes a job off the queue, where it is there."""
        from rq.exceptions import NoSuchJobError
        from rq.job import Job

        try:
            Job.fetch(job_id(function, *arguments), connection=self._queue().connection).delete()
        except (NoSuchJobError, NoQueue, redis.RedisError):
            return

    def requeue_orphans(self) -> int:
        """Queues again what a worker that is gone had begun; how many. For the queue's one worker, at its start."""
        from rq.job import Job
        from rq.registry import StartedJobRegistry

        queue = self._queue()
        registry = StartedJobRegistry(queue=queue)
        ids = [str(i).partition(":")[0] for i in registry.get_job_ids(cleanup=False)]
        for id in ids:
            if not Job.exists(id, queue.connection):
                continue
            job = Job.fetch(id, connection=queue.connection)
            arguments = [str(a) for a in job.args]
            function = str(job.func_name)
            job.delete()
            self.enqueue(function, *arguments)
        queue.connection.delete(registry.key)
        return len(ids)

    def dead(self) -> list[DeadJob]:
        """What failed for good, oldest first."""
        from rq.job import Job
        from rq.registry import FailedJobRegistry

        queue = self._queue()
        try:
            jobs = Job.fetch_many(FailedJobRegistry(queue=queue).get_job_ids(), connection=queue.connection)
        except redis.RedisError as error:
            raise NoQueue(type(error).__name__) from error
        return [_dead(job) for job in jobs if job is not None]

    def waiting(self) -> int:
        """How many jobs are queued or running."""
        from rq.registry import StartedJobRegistry

        queue = self._queue()
        try:
            return int(queue.count) + int(StartedJobRegistry(queue=queue).count)
        except redis.RedisError as error:
            raise NoQueue(type(error).__name__) from error

    def _queue(self) -> Any:
        from rq import Queue

        return Queue(self._name, connection=self.connection())

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()

    def connection(self) -> redis.Redis:
        """The connection. Raises NoQueue."""
        if self._url is None:
            raise NoQueue("no Redis")
        if self._connection is None:
            self._connection = redis.Redis.from_url(self._url, socket_timeout=10, socket_connect_timeout=3)
        return self._connection


def jobs_from(environ: Mapping[str, str], state: Path) -> Jobs:
    """The queue that this process's environment names."""
    return Jobs(environ.get(REDIS_ENV) or None, queue_name(state))


def job_id(function: str, *arguments: str) -> str:
    """The same for the same work, so that nothing is queued twice."""
    return "-".join((function.rpartition(".")[2], *arguments))


def _dead(job: Any) -> DeadJob:
    result = job.latest_result()
    lines = [line for line in str(getattr(result, "exc_string", "") or "").splitlines() if line.strip()]
    reason = lines[-1].partition(":")[0] if lines else "unknown"
    arguments = [str(a) for a in job.args]
    ended = job.ended_at.isoformat() if job.ended_at else ""
    return DeadJob(job.id, str(job.func_name).rpartition(".")[2], " ".join(arguments), ended, reason)
