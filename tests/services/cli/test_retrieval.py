"""The command, against the real service in a thread of this process."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner

from services.cli.retrieval import retrieval
from services.database.paths import StatePaths
from services.database.redis import Redis
from services.retrieval.minilm.convert import QUICK
from services.retrieval.minilm.encoder import open_encoder
from tests.services.retrieval.desk import Desk
from tests.support.proxy import free_port


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Path]]:
    state = tmp_path_factory.mktemp("site")
    redis = Redis(StatePaths.of(state))
    redis.launch()
    redis.wait_ready()
    desk = Desk(state, redis.url, open_encoder(state), open_encoder(state, QUICK))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(desk.app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    (state / "run").mkdir(exist_ok=True)
    part = {"name": "retrieval", "readiness": f"http://127.0.0.1:{port}/health/readiness"}
    (state / "run" / "parts.json").write_text(json.dumps({"parts": [part], "others": []}))
    (state / "secrets" / "internal.key").write_text("internal")
    yield desk, state
    server.should_exit = True
    thread.join()
    desk.worker.close()
    redis.stop()


def run(site: tuple[Desk, Path], *arguments: str) -> str:
    answer = CliRunner().invoke(retrieval, [*arguments, "--state", str(site[1])])
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_status_stores_and_the_dead(site: tuple[Desk, Path]) -> None:
    store = site[0].store("A text about apples.", name="fruit")
    assert "files    1" in run(site, "status")
    assert f"{store}  1/1 files  1 chunks  internal  all-MiniLM-L6-v2  fruit" in run(site, "stores")
    assert run(site, "dead-letter", "--retry") == "nothing\n"
    assert "already" in run(site, "reindex", store)


def test_what_is_wrong_is_one_line(site: tuple[Desk, Path], tmp_path: Path) -> None:
    none = CliRunner().invoke(retrieval, ["reindex", "vs_none", "--state", str(site[1])])
    assert (none.exit_code, none.output) == (1, "Error: There is no such vector store.\n")
    away = CliRunner().invoke(retrieval, ["status", "--state", str(tmp_path)])
    assert "does not run" in away.output


def test_reindexing_shows_how_far_it_is(site: tuple[Desk, Path]) -> None:
    desk = site[0]
    store = desk.store("A text.", "Another.")

    def work() -> None:
        desk.worker.reindex(store)
        desk.jobs.forget("x.reindex", store)

    timer = threading.Timer(0.5, work)
    timer.start()
    assert "done" in run(site, "reindex", store, "--force")
    timer.join()
    found = desk.stores.catalogue.store(store)
    assert found is not None
    assert found.generation == 2
