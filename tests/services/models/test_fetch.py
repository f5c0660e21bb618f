from __future__ import annotations

import fcntl
import hashlib
import random
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.models.errors import ModelError, NoNetworkError
from services.models.fetch import fetch
from tests.services.models.file_server import FileServer

DATA = random.Random(3).randbytes(300_000)
SUM = hashlib.sha256(DATA).hexdigest()


class Run:
    """One download with its progress and its pauses remembered."""

    def __init__(self, folder: Path, server: FileServer) -> None:
        server.files["/m.gguf"] = DATA
        self.server, self.target = server, folder / "models" / "m.gguf"
        self.part = self.target.with_name("m.gguf.part")
        self.progress: list[tuple[int, int | None]] = []
        self.pauses: list[float] = []
        self.client = httpx.Client(timeout=60)

    def __call__(self, path: str = "/m.gguf", sha256: str = SUM) -> None:
        report = self.progress.append
        fetch(self.client, self.server.url + path, self.target, sha256, lambda *p: report(p), sleep=self.pauses.append)

    def already(self, data: bytes) -> None:
        self.part.parent.mkdir(parents=True)
        self.part.write_bytes(data)

    def gets(self) -> list[str | None]:
        return [given for method, _, given, _ in self.server.seen if method == "GET"]


@pytest.fixture
def run(tmp_path: Path, server: FileServer) -> Iterator[Run]:
    made = Run(tmp_path, server)
    yield made
    made.client.close()


def test_a_file_arrives_whole(run: Run) -> None:
    run()
    assert run.target.read_bytes() == DATA
    assert not run.part.exists()
    assert run.progress[0] == (0, len(DATA))
    assert run.progress[-1] == (len(DATA), len(DATA))


def test_a_cut_connection_is_taken_up_where_it_broke(run: Run) -> None:
    run.server.cut = [100_000, 50_000]
    run()
    assert run.target.read_bytes() == DATA
    assert run.gets() == [None, "bytes=100000-", "bytes=150000-"]
    assert len(run.pauses) == 2


def test_the_next_call_goes_on(run: Run) -> None:
    run.already(DATA[:123_456])
    run()
    assert run.target.read_bytes() == DATA
    assert run.gets() == ["bytes=123456-"]
    assert run.progress[0] == (123_456, len(DATA))


def test_a_complete_part_is_not_fetched_again(run: Run) -> None:
    run.already(DATA)
    run()
    assert run.target.read_bytes() == DATA
    assert run.gets() == [f"bytes={len(DATA)}-"]


def test_a_server_without_ranges_starts_over(run: Run) -> None:
    run.server.ranges = False
    run.server.cut = [100_000]
    run()
    assert run.target.read_bytes() == DATA


@pytest.mark.parametrize("stale", [b"x" * 1000, b"x" * (len(DATA) + 5)])
def test_an_earlier_part_of_another_file_does_no_harm(run: Run, stale: bytes) -> None:
    run.already(stale)
    run()
    assert run.target.read_bytes() == DATA


def test_a_wrong_checksum_keeps_nothing(run: Run) -> None:
    with pytest.raises(ModelError, match="checksum is wrong"):
        run(sha256="1" * 64)
    assert list(run.target.parent.iterdir()) == []


def test_redirects_are_followed_with_the_range(run: Run) -> None:
    run.server.redirects["/r"] = run.server.url + "/m.gguf"
    run.already(DATA[:5])
    run("/r")
    assert run.target.read_bytes() == DATA
    assert run.gets() == ["bytes=5-", "bytes=5-"]


@pytest.mark.parametrize(
    ("status", "says"), [(404, "no such file"), (401, "HF_TOKEN"), (403, "HF_TOKEN"), (500, "500")]
)
def test_refusals_say_what_to_do(run: Run, status: int, says: str) -> None:
    run.server.statuses["/m.gguf"] = status
    with pytest.raises(ModelError, match=says):
        run()
    assert not run.target.exists()


def test_no_way_there_names_the_way_without(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        run.server.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with pytest.raises(NoNetworkError, match=r"signalbox models import /media/usb/model\.gguf"):
        run()
    assert run.pauses == []


def test_it_gives_up_when_nothing_arrives_any_more_and_keeps_what_did(run: Run) -> None:
    run.server.cut = [1000] + [0] * 10
    with pytest.raises(NoNetworkError):
        run()
    assert run.part.stat().st_size == 1000
    assert len(run.pauses) == 5


def test_a_full_disk_is_noticed_before(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(ModelError, match="Make room"):
        run()
    assert not run.target.exists()


def test_two_pulls_of_one_file_do_not_mix(run: Run) -> None:
    run.already(b"")
    with run.part.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="another pull"):
            run()
