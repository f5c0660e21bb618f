from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import psutil
import pytest

from services.llm.library import Library, ModelFile
from services.llm.process import LoadError, ModelProcess
from services.llm.settings import LlmSettings
from tests.support.tiny_gguf import write_tiny_gguf


def model(folder: Path, name: str = "tiny") -> ModelFile:
    return Library(folder).scan()[name]


async def test_start_serve_stop(tiny_gguf: Path) -> None:
    process = ModelProcess(model(tiny_gguf.parent), LlmSettings(tiny_gguf.parent, threads=1))
    await process.start()
    pid = process.pid
    assert pid is not None
    async with httpx.AsyncClient(
        trust_env=False, timeout=120, headers={"Authorization": f"Bearer {process.key}"}
    ) as client:
        assert (await client.get(f"{process.address}/v1/models")).status_code == 200
    assert process.running
    await process.stop()
    assert process.pid is None
    assert not psutil.pid_exists(pid)


async def test_the_key_is_not_on_the_command_line(tiny_gguf: Path) -> None:
    process = ModelProcess(model(tiny_gguf.parent), LlmSettings(tiny_gguf.parent, threads=1))
    await process.start()
    try:
        assert process.key not in " ".join(psutil.Process(process.pid).cmdline())
    finally:
        await process.stop()


async def test_an_embedding_model_embeds(tmp_path: Path) -> None:
    write_tiny_gguf(tmp_path / "e.gguf", pooling=1)
    process = ModelProcess(model(tmp_path, "e"), LlmSettings(tmp_path, threads=1))
    await process.start()
    try:
        async with httpx.AsyncClient(
            trust_env=False, timeout=120, headers={"Authorization": f"Bearer {process.key}"}
        ) as client:
            answer = await client.post(f"{process.address}/v1/embeddings", json={"input": "x" * 1000})
        assert len(answer.json()["data"][0]["embedding"]) == 128
    finally:
        await process.stop()


@pytest.fixture
def novel(tmp_path: Path, tiny_gguf: Path) -> ModelFile:
    """A sound file of an architecture that llama.cpp does not know."""
    data = tiny_gguf.read_bytes().replace(
        b"general.architecture\x08\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00llama",
        b"general.architecture\x08\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00novel",
    )
    (tmp_path / "novel.gguf").write_bytes(data)
    return model(tmp_path, "novel")


async def test_what_llama_cpp_cannot_load_is_named_with_the_cause(novel: ModelFile) -> None:
    process = ModelProcess(novel, LlmSettings(novel.path.parent))
    with pytest.raises(LoadError, match=r"novel\.gguf cannot be loaded: .*unknown model architecture: 'novel'"):
        await process.start()
    assert process.pid is None


async def test_loading_has_a_limit(tiny_gguf: Path) -> None:
    process = ModelProcess(model(tiny_gguf.parent), LlmSettings(tiny_gguf.parent, load_timeout_s=0.001))
    with pytest.raises(LoadError, match=r"SIGNALBOX_LLM_LOAD_TIMEOUT_S"):
        await process.start()
    assert process.pid is None


async def test_a_cancelled_start_leaves_no_process(tiny_gguf: Path) -> None:
    process = ModelProcess(model(tiny_gguf.parent), LlmSettings(tiny_gguf.parent, threads=1))
    task = asyncio.create_task(process.start())
    while process.pid is None:  # noqa: ASYNC110  the process has no event for it
        await asyncio.sleep(0)
    pid = process.pid
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(pid)
