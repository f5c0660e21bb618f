"""Discovery is asked with the configuration of the moment."""

from __future__ import annotations

from pathlib import Path

from plugins.routing.config.load import parse_config
from services.supervisor.looking import look_in

NOWHERE = "gateway: {discovery: {ollama: [], vllm: [], cloud: %s, models_dir: models}}\n"


async def test_it_looks_where_the_configuration_of_that_moment_says(tmp_path: Path) -> None:
    config = parse_config(NOWHERE % "false", str(tmp_path / "x.yaml"))
    look = look_in(lambda: config, {"OPENAI_API_KEY": "sk-test-0123456789"}, "http://127.0.0.1:5")
    assert await look() == []
    config = parse_config(NOWHERE % "true", str(tmp_path / "x.yaml"))
    found = await look()
    assert found
    assert {entry["model_info"]["found"] for entry in found} == {"cloud"}


async def test_without_our_llm_part_no_file_is_offered(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "x.gguf").write_bytes(b"GGUF")
    config = parse_config(NOWHERE % "false", str(tmp_path / "x.yaml"))
    assert await look_in(lambda: config, {}, None)() == []
