from __future__ import annotations

import pytest

from services.models.catalogue import catalogue, wanted
from services.models.errors import ModelError

SUM = "0" * 64


def test_every_listed_model_can_be_named() -> None:
    names = [row.name for row in catalogue()]
    assert len(set(names)) == len(names)
    assert "qwen3-4b" in names
    for row in catalogue():
        told = wanted(row.name, {})
        assert told.url == f"https://huggingface.co/{row.repo}/resolve/main/{row.file}"
        assert told.license == row.license
        assert row.file.endswith((".gguf", ".bin"))
        assert row.file.endswith(".bin") == row.name.startswith("whisper")
        assert row.repo.count("/") == 1


@pytest.mark.parametrize(
    ("name", "env", "url", "kind"),
    [
        ("hf:o/r/f.gguf", {}, "https://huggingface.co/o/r/resolve/main/f.gguf", "hub"),
        ("hf:o/r/sub/f.gguf", {}, "https://huggingface.co/o/r/resolve/main/sub/f.gguf", "hub"),
        ("hf:o/r/f.gguf", {"HF_ENDPOINT": "https://hub.in/"}, "https://hub.in/o/r/resolve/main/f.gguf", "hub"),
        ("hf:o/r/sub/f.gguf", {"SIGNALBOX_MODEL_MIRROR": "https://m.in/x/"}, "https://m.in/x/f.gguf", "mirror"),
        (
            "hf:o/r/f.gguf",
            {"SIGNALBOX_MODEL_MIRROR": "https://m.in/{repo}/raw/{file}?x=1", "HF_ENDPOINT": "https://hub.in"},
            "https://m.in/o/r/raw/f.gguf?x=1",
            "mirror",
        ),
    ],
)
def test_where_a_file_is(name: str, env: dict[str, str], url: str, kind: str) -> None:
    told = wanted(name, env)
    assert (told.url, told.kind, told.file, told.sha256) == (url, kind, "f.gguf", None)


def test_a_url_needs_its_checksum() -> None:
    told = wanted("https://x.example/a%20b.gguf?token=1", {}, SUM.upper())
    assert (told.file, told.sha256, told.kind) == ("a b.gguf", SUM, "url")
    with pytest.raises(ModelError, match="needs --sha256"):
        wanted("https://x.example/a.gguf", {})


@pytest.mark.parametrize(
    ("name", "sha256", "says"),
    [
        ("nope", None, "qwen3-4b"),
        ("hf:o/r", None, "hf:owner/repo/file.gguf"),
        ("hf:o/r/f.safetensors", None, "hf:owner/repo/file.gguf"),
        ("https://x.example/a.zip", SUM, r"must end with the name of a \.gguf or \.bin"),
        ("qwen3-4b", "abc", "64 hexadecimal"),
    ],
)
def test_what_cannot_be_meant_says_what_can(name: str, sha256: str | None, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        wanted(name, {}, sha256)
