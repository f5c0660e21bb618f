"""When an answer counts, what is left alone, and what the file says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from plugins.routing.config.operation import Health
from services.probes.ask import Result
from services.probes.prober import Prober
from services.probes.target import Target

RIGHT = {"choices": [{"message": {"content": "A telephone."}, "finish_reason": "stop"}]}
WRONG = {"choices": [{"message": {"content": "@" * 40}, "finish_reason": "length"}]}
TARGET = Target("dep", "g", "chat", "openai", "m", "http://x/v1", "local")


def save(path: Path, text: str) -> None:
    path.write_text(text)


class Server:
    """Answers in turn, the last one from then on."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def prober(path: Path, server: Callable[[httpx.Request], httpx.Response], *targets: Target, **more: Any) -> Prober:
    wish = Health(interval_s=1.0)
    return Prober(
        lambda: (targets or (TARGET,), wish), path / "health.json", save,
        transport=httpx.MockTransport(server), **more,
    )  # fmt: skip


def told(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((path / "health.json").read_text())["results"]
    return made


async def test_garbage_is_red_at_once_and_green_when_it_answers_rightly(tmp_path: Path) -> None:
    server = Server(RIGHT, WRONG, WRONG, RIGHT)
    made = prober(tmp_path, server)
    await made.round()
    assert told(tmp_path)["dep"]["state"] == "right"
    await made.round()
    row = told(tmp_path)["dep"]
    assert (row["state"], row["detail"]) == ("wrong", "it repeats one thing")
    assert row["checked"] >= row["since"] > 0
    await made.round()
    assert told(tmp_path)["dep"]["state"] == "right"


async def test_one_wrong_answer_is_asked_for_again(tmp_path: Path) -> None:
    server = Server(WRONG, RIGHT)
    await prober(tmp_path, server).round()
    assert told(tmp_path)["dep"]["state"] == "right"
    assert server.asked == 2


async def test_silence_counts_at_the_second_time(tmp_path: Path) -> None:
    made = prober(tmp_path, Server(RIGHT, httpx.ReadTimeout("late")))
    states = []
    for _ in range(3):
        await made.round()
        states.append(told(tmp_path)["dep"]["state"])
    assert states == ["right", "right", "silent"]


async def test_what_is_not_in_memory_is_left_alone(tmp_path: Path) -> None:
    asked: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/api/ps":
            return httpx.Response(200, json={"models": [{"name": "awake:latest", "expires_at": "x"}]})
        return httpx.Response(200, json={"message": {"content": "Yes."}, "done": True})

    asleep = Target("asleep", "a", "chat", "ollama", "asleep", "http://o", "local")
    awake = Target("awake", "b", "chat", "ollama", "awake:latest", "http://o", "local")
    await prober(tmp_path, server, asleep, awake).round()
    assert {name: row["state"] for name, row in told(tmp_path).items()} == {"asleep": "resting", "awake": "right"}
    assert asked.count("/api/chat") == 1


async def test_what_is_gone_is_told_no_more_and_extras_are_told_by_name(tmp_path: Path) -> None:
    targets = [TARGET]

    async def lost(_: httpx.AsyncClient) -> Result:
        return Result("wrong", "the canary is gone")

    made = Prober(
        lambda: (targets, Health()), tmp_path / "health.json", save,
        extras=lambda: {"search": lost}, transport=httpx.MockTransport(Server(RIGHT)),
    )  # fmt: skip
    await made.round()
    assert set(told(tmp_path)) == {"dep", "search"}
    targets.clear()
    await made.round()
    assert told(tmp_path)["search"]["state"] == "wrong"
    assert set(told(tmp_path)) == {"search"}


async def test_switched_off_it_asks_nobody_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(RIGHT)
    made = Prober(
        lambda: ((TARGET,), Health(probes=False)), tmp_path / "health.json", save,
        transport=httpx.MockTransport(server),
    )  # fmt: skip
    (tmp_path / "health.json").write_text("{}")

    class OverError(Exception):
        pass

    async def sleep(_: float) -> None:
        raise OverError

    monkeypatch.setattr("services.probes.prober.asyncio.sleep", sleep)
    with pytest.raises(OverError):
        await made.run()
    assert server.asked == 0
    assert not (tmp_path / "health.json").exists()
