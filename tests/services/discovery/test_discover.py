from __future__ import annotations

import asyncio
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugins.routing.config.deployments import deployments_from
from plugins.routing.config.spec import Discovery, GatewaySpec
from plugins.routing.types import Tier
from services.discovery.discover import discover
from services.discovery.merge import merge
from tests.support.ollama_standin import OllamaStandIn, PulledModel, ollama_standin


@pytest.fixture(scope="module")
def server(tiny_gguf: Path) -> Iterator[OllamaStandIn]:
    with ollama_standin(tiny_gguf, [PulledModel("b:4b"), PulledModel("a:70b", "70B")]) as running:
        yield running


@pytest.fixture
def silent() -> Iterator[str]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


async def test_everything_in_a_stable_order(server: OllamaStandIn, tmp_path: Path, tiny_gguf: Path) -> None:
    (tmp_path / "models").mkdir()
    shutil.copy(tiny_gguf, tmp_path / "models" / "tiny.gguf")
    spec = Discovery(ollama=(server.url,), vllm=(server.url,))
    env = {"ANTHROPIC_API_KEY": "k"}

    found = [
        await discover(spec, env=env, root=tmp_path, llm_base_url="http://127.0.0.1:1", timeout_s=60) for _ in range(2)
    ]
    assert found[0] == found[1]
    names = [e["model_name"] for e in found[0]]
    assert names[:3] == ["a:70b", "b:4b", "tiny"]
    assert names[3].startswith("claude")
    ids = [e["model_info"]["id"] for e in found[0]]
    assert ids[2].startswith("tiny-")
    assert len(set(ids)) == len(ids)
    assert merge(found[0], found[1]) == []


async def test_dead_sources_cost_the_timeout_and_yield_nothing(
    server: OllamaStandIn, silent: str, closed: str, tmp_path: Path
) -> None:
    spec = Discovery(ollama=(silent, closed, server.url), vllm=(silent, closed, "http://[bad"), models_dir=None)
    started = time.perf_counter()
    found = await discover(spec, env={}, root=tmp_path, llm_base_url=None, timeout_s=4.0)
    assert time.perf_counter() - started < 7  # at once, not 4 s for each of the two that say nothing
    assert [e["model_name"] for e in found] == ["a:70b", "b:4b"]


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnope", b"SSH-2.0-OpenSSH\r\n"])
async def test_something_else_on_the_port_is_nothing(answer: bytes, tmp_path: Path) -> None:
    async def reply(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(reply, "127.0.0.1", 0) as other:
        url = f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}"
        spec = Discovery(ollama=(url,), vllm=(url,))
        assert await discover(spec, env={}, root=tmp_path, llm_base_url=None) == []


async def test_files_are_offered_only_where_something_serves_them(tmp_path: Path, tiny_gguf: Path) -> None:
    shutil.copy(tiny_gguf, tmp_path / "tiny.gguf")
    spec = Discovery(ollama=(), vllm=(), models_dir=".", cloud=False)
    assert await discover(spec, env={"OPENAI_API_KEY": "k"}, root=tmp_path, llm_base_url=None) == []
    served = await discover(spec, env={}, root=tmp_path, llm_base_url="http://127.0.0.1:1")
    assert [e["model_name"] for e in served] == ["tiny"]


async def test_routing_reads_found_entries_as_they_are_meant(
    server: OllamaStandIn, tmp_path: Path, tiny_gguf: Path
) -> None:
    spec = Discovery(ollama=(server.url,), vllm=(), models_dir=None)
    found = await discover(spec, env={"OPENAI_API_KEY": "k"}, root=tmp_path, llm_base_url=None, timeout_s=60)
    read = {d.model_group: d for d in deployments_from(found, GatewaySpec())}
    assert [d.id for d in read.values()] == [e["model_info"]["id"] for e in found]
    assert (read["a:70b"].tier, read["b:4b"].tier, read["gpt-5.6"].tier) == (Tier.LARGE, Tier.SMALL, Tier.FRONTIER)
    assert read["b:4b"].features == frozenset({"json_object", "json_schema", "tools"})
    assert (read["b:4b"].context_window, read["b:4b"].location) == (2048, "local")
    assert read["text-embedding-3-small"].mode == "embedding"
    assert "image" in read["gpt-5.6"].modalities

    shutil.copy(tiny_gguf, tmp_path / "only.gguf")
    spec = Discovery(ollama=(), vllm=(), models_dir=".")
    found = await discover(spec, env={}, root=tmp_path, llm_base_url="http://127.0.0.1:1")
    assert [d.serves_all_tiers for d in deployments_from(found, GatewaySpec())] == [True]
