"""Names of models and where their files are: language models (``*.gguf``) and Whisper's (``ggml-*.bin``).

Knows: the short list in ``models.yaml``, ``hf:owner/repo/file.gguf``, plain URLs, internal mirrors. Does not know: how
a file is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import yaml

from services.models.errors import ModelError

HUB = "https://huggingface.co"
_HUB_NAME = re.compile(r"hf:(?P<repo>[\w.-]+/[\w.-]+)/(?P<file>[\w.+/-]+\.(?:gguf|bin))")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the catalogue. ``sha256`` None: the hub's own is taken."""

    name: str
    repo: str
    file: str
    license: str
    size: str
    about: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch. ``kind``: ``hub`` answers with the checksum itself, ``mirror`` has ``<file>.sha256`` beside the
    file, ``url`` has nothing. ``sha256``: known beforehand, else None."""

    url: str
    file: str
    kind: str
    sha256: str | None = None
    license: str | None = None


@lru_cache
def catalogue() -> tuple[Listed, ...]:
    """The shipped list."""
    rows = yaml.safe_load(Path(__file__).with_name("models.yaml").read_text(encoding="utf-8"))
    return tuple(Listed(**row) for row in rows)


def wanted(name: str, env: Mapping[str, str], sha256: str | None = None) -> Wanted:
    """What ``name`` means. Raises ModelError for a name that means nothing, or that may not be fetched without a
    checksum."""
    if sha256 is not None and not _SHA256.fullmatch(sha256 := sha256.lower()):
        raise ModelError("--sha256 must be 64 hexadecimal digits")
    if name.startswith(("https://", "http://")):
        return _plain(name, sha256)
    if name.startswith("hf:"):
        match = _HUB_NAME.fullmatch(name)
        if match is None:
            raise ModelError(f"{name}: write hf:owner/repo/file.gguf, or file.bin for Whisper")
        return _placed(match["repo"], match["file"], sha256, None, env)
    listed = next((row for row in catalogue() if row.name == name.lower()), None)
    if listed is None:
        known = ", ".join(row.name for row in catalogue())
        raise ModelError(
            f'no model is called "{name}" (known: {known}).\n'
            "Any other file: hf:owner/repo/file.gguf, or a URL with --sha256."
        )
    return _placed(listed.repo, listed.file, sha256 or listed.sha256, listed.license, env)


def _plain(url: str, sha256: str | None) -> Wanted:
    file = unquote(urlsplit(url).path).rpartition("/")[2]
    if not file.lower().endswith((".gguf", ".bin")):
        raise ModelError(f"{url}: the address must end with the name of a .gguf or .bin file")
    if sha256 is None:
        raise ModelError(f"{url}: a plain address needs --sha256 (nothing else proves that the file is the right one)")
    return Wanted(url, file, "url", sha256)


def _placed(repo: str, path: str, sha256: str | None, license: str | None, env: Mapping[str, str]) -> Wanted:
    """On the mirror if there is one, else on the hub."""
    file = path.rpartition("/")[2]
    mirror = env.get("SIGNALBOX_MODEL_MIRROR", "").strip()
    if mirror:
        url = mirror.replace("{repo}", quote(repo)).replace("{file}", quote(file))
        if "{file}" not in mirror:
            url = f"{url.rstrip('/')}/{quote(file)}"
        return Wanted(url, file, "mirror", sha256, license)
    hub = (env.get("HF_ENDPOINT", "").strip() or HUB).rstrip("/")
    return Wanted(f"{hub}/{repo}/resolve/main/{quote(path)}", file, "hub", sha256, license)
