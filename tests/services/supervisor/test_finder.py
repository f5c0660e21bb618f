"""What was found, what is gone, and a look that fails."""

from __future__ import annotations

import asyncio
from typing import Any

from services.supervisor.finder import Finder

Entries = list[dict[str, Any]]


def entry(name: str, tier: str = "small", found: str = "ollama", server: str = "http://one") -> dict[str, Any]:
    info = {"found": found, "location": "local", "tier": tier}
    return {"model_name": name, "litellm_params": {"api_base": server}, "model_info": info}


def finder_of(*looks: Entries | Exception) -> tuple[Finder, list[str]]:
    answers = iter(looks)
    said: list[str] = []

    async def look() -> Entries:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Finder(look, said.append), said


async def test_changes_are_said_and_told() -> None:
    finder, said = finder_of([entry("a")], [entry("a")], [entry("a", "large"), entry("b")], [], [])
    assert [await finder.look() for _ in range(5)] == [True, False, True, False, True]
    assert said == ["found: a (ollama, local, small)", "found: b (ollama, local, small)", "changed: a", "gone: a, b"]


async def test_a_server_that_is_silent_once_keeps_what_it_has() -> None:
    both, other = [entry("a"), entry("b", server="http://two")], [entry("b", server="http://two")]
    finder, said = finder_of(both, other, both, other, [*other, entry("c", server="http://three")], other)
    assert [await finder.look() for _ in range(5)] == [True, False, False, False, True]
    assert said[-2:] == ["found: c (ollama, local, small)", "gone: a"]


async def test_what_a_server_that_answers_does_not_name_is_gone_at_once_and_so_is_a_file() -> None:
    files = [entry("f", found="gguf", server="http://llm")]
    finder, said = finder_of([entry("a"), entry("b"), *files], [entry("b"), *files], [entry("b")])
    assert [await finder.look() for _ in range(3)] == [True, True, True]
    assert said[-2:] == ["gone: a", "gone: f"]


async def test_a_look_that_fails_keeps_what_was_found_and_is_said_once() -> None:
    finder, said = finder_of([entry("a")], OSError("no"), OSError("no"), [entry("a")], OSError("no"))
    assert [await finder.look() for _ in range(5)] == [True, False, False, False, False]
    assert finder.found == [entry("a")]
    assert len([line for line in said if "looking for deployments failed (OSError: no)" in line]) == 2


async def test_a_look_that_takes_too_long_is_left() -> None:
    async def look() -> Entries:
        await asyncio.Event().wait()
        return []

    finder = Finder(look, lambda _: None)
    assert not await finder.look(0.01)
