"""``python -m services.retrieval.worker --state DIR``: takes work from the queue, one job at a time.

Knows: RQ's worker, the ready file that the supervisor reads. Does not know: what a job does (``work``). One for each
state directory: what an earlier one had begun when it was killed is queued again at the start.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import redis

from services.common.logging import configure_logging
from services.common.parent import exit_with_parent
from services.retrieval.jobs import Jobs, jobs_from, queue_name
from services.retrieval.work import tools

WAIT_S = 0.5
READY = "retrieval-worker.json"


def main(argv: Sequence[str], environ: Mapping[str, str]) -> int:
    """Works until stopped; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m services.retrieval.worker", description="Takes files in.")
    parser.add_argument("--state", type=Path, default=Path(environ.get("SIGNALBOX_STATE") or ".signalbox"))
    state: Path = parser.parse_args(argv).state
    configure_logging("retrieval-worker")
    parent = environ.get("SIGNALBOX_PARENT_PID", "")
    over = exit_with_parent(int(parent) if parent.isdigit() else None)
    jobs = jobs_from(environ, state)
    wait_for_redis(jobs)
    tools()  # the model is loaded before the first job, and a broken installation is said at once
    jobs.requeue_orphans()
    told = state / "run" / READY
    told.parent.mkdir(parents=True, exist_ok=True)
    told.write_text(json.dumps({"state": "ready", "pid": os.getpid()}), "utf-8")
    work(jobs, state)
    over.set()
    return 0


def wait_for_redis(jobs: Jobs) -> None:
    """Until it answers: it may start after this."""
    while True:
        try:
            jobs.connection().ping()
        except redis.RedisError:
            time.sleep(WAIT_S)
        else:
            return


def work(jobs: Jobs, state: Path) -> None:
    """Until SIGTERM or SIGINT; the job in hand is finished first."""
    from rq import Queue, SimpleWorker

    queue = Queue(queue_name(state), connection=jobs.connection())
    SimpleWorker([queue], connection=jobs.connection(), name=f"worker-{uuid.uuid4().hex}").work(logging_level="WARNING")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
