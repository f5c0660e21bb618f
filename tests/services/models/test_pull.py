from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from services.models.catalogue import wanted
from services.models.errors import ModelError, NoNetworkError
from services.models.pull import pull
from tests.services.models.file_server import FileServer
from tests.support.tiny_whisper import write_tiny_whisper

HUB = "/o/r/resolve/main/m.gguf"


def nothing(_: int, __: int | None) -> None:
    """No progress bar."""


def bring(server: FileServer, folder: Path, name: str = "hf:o/r/m.gguf", **env: str) -> Path:
    environment = {"HF_ENDPOINT": server.url, **env}
    return pull(wanted(name, environment), folder, environment, nothing)


@pytest.fixture
def hub(server: FileServer, tiny_gguf: Path) -> FileServer:
    """As the hub does it: a redirect that tells the checksum, to another place that has the bytes."""
    data = tiny_gguf.read_bytes()
    server.files["/cdn/m"] = data
    server.redirects[HUB] = server.url.replace("127.0.0.1", "localhost") + "/cdn/m"
    server.heads[HUB] = {"X-Linked-Etag": f'"{hashlib.sha256(data).hexdigest()}"', "ETag": '"other"'}
    return server


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def test_from_the_hub_with_its_own_checksum(hub: FileServer, tmp_path: Path, tiny_gguf: Path) -> None:
    path = bring(hub, tmp_path, HF_TOKEN="hf_secret")
    assert path.read_bytes() == tiny_gguf.read_bytes()
    recorded = (tmp_path / "m.gguf.sha256").read_text()
    assert recorded == f"{hashlib.sha256(tiny_gguf.read_bytes()).hexdigest()}  m.gguf\n"
    told = {path: authorization for _, path, _, authorization in hub.seen}
    assert told == {HUB: "Bearer hf_secret", "/cdn/m": None}  # the token stays with the hub


def test_changed_bytes_are_not_taken(hub: FileServer, tmp_path: Path) -> None:
    hub.files["/cdn/m"] = hub.files["/cdn/m"][:-1] + b"!"
    with pytest.raises(ModelError, match="checksum is wrong"):
        bring(hub, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_from_a_plain_mirror(server: FileServer, tmp_path: Path, tiny_gguf: Path) -> None:
    data = tiny_gguf.read_bytes()
    server.files |= {
        "/models/m.gguf": data,
        "/models/m.gguf.sha256": hashlib.sha256(data).hexdigest().encode() + b"  m.gguf",
    }
    assert bring(server, tmp_path, SIGNALBOX_MODEL_MIRROR=server.url + "/models").read_bytes() == data


def test_without_a_checksum_nothing_is_fetched(server: FileServer, tmp_path: Path, tiny_gguf: Path) -> None:
    server.files |= {"/m.gguf": tiny_gguf.read_bytes(), HUB: tiny_gguf.read_bytes()}
    with pytest.raises(ModelError, match=r"m\.gguf\.sha256"):
        bring(server, tmp_path, SIGNALBOX_MODEL_MIRROR=server.url)
    with pytest.raises(ModelError, match="--sha256"):
        bring(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_model_is_not_kept(server: FileServer, tmp_path: Path) -> None:
    page = b"<html>please log in</html>" * 10
    server.files[HUB] = page
    server.heads[HUB] = {"ETag": f'"{hashlib.sha256(page).hexdigest()}"'}
    with pytest.raises(ModelError, match="no model"):
        bring(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_not_overwritten(hub: FileServer, tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"mine")
    with pytest.raises(ModelError, match="signalbox models remove m"):
        bring(hub, tmp_path)
    assert (tmp_path / "m.gguf").read_bytes() == b"mine"
    assert hub.seen == []


def test_no_network_says_how_without(tmp_path: Path) -> None:
    env = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    with pytest.raises(NoNetworkError, match="signalbox models import"):
        pull(wanted("qwen3-4b", env), tmp_path, env, nothing)


def test_refused_by_the_hub(server: FileServer, tmp_path: Path) -> None:
    server.statuses[HUB] = 401
    with pytest.raises(ModelError, match="HF_TOKEN"):
        bring(server, tmp_path)


def test_a_whisper_model_by_its_name(server: FileServer, tmp_path: Path) -> None:
    data = write_tiny_whisper(tmp_path / "ggml-source.bin").read_bytes()
    place = "/ggerganov/whisper.cpp/resolve/main/ggml-base.bin"
    server.files[place] = data
    server.heads[place] = {"X-Linked-Etag": f'"{hashlib.sha256(data).hexdigest()}"'}
    path = bring(server, tmp_path / "models", "whisper-base")
    assert path == tmp_path / "models" / "ggml-base.bin"
    assert path.read_bytes() == data
    assert path.with_name("ggml-base.bin.sha256").exists()
    with pytest.raises(ModelError, match="signalbox models remove whisper-base"):
        bring(server, tmp_path / "models", "whisper-base")
    server.files[place] = data[:-9]
    server.heads[place] = {"X-Linked-Etag": f'"{hashlib.sha256(data[:-9]).hexdigest()}"'}
    with pytest.raises(ModelError, match="ends too early"):
        bring(server, tmp_path / "others", "whisper-base")
    assert list((tmp_path / "others").iterdir()) == []
