from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli.models import models
from tests.services.models.file_server import file_server
from tests.support.ollama_standin import PulledModel, ollama_standin
from tests.support.tiny_gguf import tiny_gguf

__all__ = ["tiny_gguf"]

YAML = "model_list: []\ngateway:\n  discovery: {{ollama: [{url}], vllm: [], models_dir: store}}\n"
Cli = Callable[..., Result]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command in an empty folder with a configuration that looks nowhere else."""
    for name in ("OLLAMA_HOST", "SIGNALBOX_CONFIG", "SIGNALBOX_MODEL_MIRROR", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "litellm_config.yaml").write_text(YAML.format(url="http://127.0.0.1:9"))
    return lambda *arguments: CliRunner().invoke(models, list(arguments))


def test_an_empty_folder_says_how_to_add_one(cli: Cli) -> None:
    told = cli("list")
    assert told.exit_code == 0, told.output
    assert "No model files in" in told.output
    assert "store" in told.output
    assert "signalbox models pull qwen3-4b" in told.output
    assert "apache-2.0" in told.output


def test_import_list_remove(cli: Cli, tmp_path: Path, tiny_gguf: Path) -> None:
    assert cli("import", str(tiny_gguf)).exit_code == 0
    assert (tmp_path / "store" / "tiny.gguf").exists()
    told = cli("list").output
    assert "tiny" in told
    assert "recorded" in told
    told = json.loads(cli("list", "--json", "--verify").output)
    assert [(f["name"], f["checksum"]) for f in told["files"]] == [("tiny", "ok")]
    assert cli("remove", "tiny").exit_code == 0
    assert cli("remove", "tiny").exit_code == 1


def test_what_servers_offer_is_listed(cli: Cli, tmp_path: Path, tiny_gguf: Path) -> None:
    with ollama_standin(tiny_gguf, [PulledModel("qwen3:4b")]) as server:
        (tmp_path / "other.yaml").write_text(YAML.format(url=server.url))
        told = cli("list", "--config", "other.yaml").output
    assert "ollama   qwen3:4b  (small, 2048 tokens)" in told


def test_pull(cli: Cli, tmp_path: Path, tiny_gguf: Path) -> None:
    data = tiny_gguf.read_bytes()
    with file_server() as server:
        server.files["/f/new.gguf"] = data
        url = server.url + "/f/new.gguf"
        assert "needs --sha256" in cli("pull", url).output
        wrong = cli("pull", url, "--sha256", "0" * 64)
        assert (wrong.exit_code, "checksum is wrong" in wrong.output) == (1, True)
        right = cli("pull", url, "--sha256", hashlib.sha256(data).hexdigest(), "--models-dir", "elsewhere")
    assert right.exit_code == 0, right.output
    assert (tmp_path / "elsewhere" / "new.gguf").read_bytes() == data


def test_no_network_names_the_next_step(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    told = cli("pull", "qwen3-4b")
    assert told.exit_code == 1
    assert "signalbox models import /media/usb/model.gguf" in told.output
    assert "Traceback" not in told.output


@pytest.mark.parametrize("arguments", [("pull", "whisper-none"), ("pull", "nope"), ("import", "missing.gguf")])
def test_mistakes_are_one_message(cli: Cli, arguments: tuple[str, ...]) -> None:
    told = cli(*arguments)
    assert told.exit_code == 1
    assert told.output.startswith("Error: ")


def test_a_broken_configuration_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "litellm_config.yaml").write_text("gateway: {nope: 1}\n")
    told = cli("list")
    assert told.exit_code == 2
    assert "litellm_config.yaml" in told.output


def test_a_link_costs_no_room(cli: Cli, tmp_path: Path, tiny_gguf: Path) -> None:
    shutil.copy(tiny_gguf, tmp_path / "mine.gguf")
    assert cli("import", "mine.gguf", "--link").exit_code == 0
    assert (tmp_path / "store" / "mine.gguf").samefile(tmp_path / "mine.gguf")
