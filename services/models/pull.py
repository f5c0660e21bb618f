"""Brings a named model into the folder.

Knows: how the hub and mirrors tell a file's checksum. Does not know: how bytes arrive (``fetch``), screens. Source for
the hub's headers: huggingface_hub, ``get_hf_file_metadata`` (X-Linked-Etag of a HEAD that is not redirected).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import httpx

from services.models.catalogue import Wanted
from services.models.errors import ModelError, NoNetworkError
from services.models.fetch import Progress, fetch, refused
from services.models.kinds import check_model, name_of
from services.models.store import write_checksum

_DIGEST = re.compile(r'(?:W/)?"?([0-9a-fA-F]{64})"?')
_CONNECT_S = 10.0
_READ_S = 60.0


def pull(wanted: Wanted, folder: Path, env: Mapping[str, str], progress: Progress) -> Path:
    """Fetch ``wanted`` into ``folder`` and return its path. Raises NoNetworkError, ModelError; also where it is there
    already."""
    target = folder / wanted.file
    if target.exists():
        raise ModelError(f"{target} is already there. Remove it first:  signalbox models remove {name_of(target)}")
    headers = {"User-Agent": "signalbox"}
    if wanted.kind == "hub" and env.get("HF_TOKEN"):
        headers["Authorization"] = f"Bearer {env['HF_TOKEN']}"  # httpx drops it where the hub redirects to another host
    with httpx.Client(timeout=httpx.Timeout(_READ_S, connect=_CONNECT_S), headers=headers) as client:
        sha256 = wanted.sha256 or _published(client, wanted)
        fetch(client, wanted.url, target, sha256, progress)
    try:
        check_model(target)
    except ModelError as error:
        target.unlink()
        raise ModelError(f"{error}. It was what its source promised, but it is no model; nothing was kept.") from error
    write_checksum(target, sha256)
    return target


def _published(client: httpx.Client, wanted: Wanted) -> str:
    """The checksum that the hub or the mirror tells."""
    try:
        if wanted.kind == "mirror":
            answer = client.get(wanted.url + ".sha256", follow_redirects=True)
            told = answer.text[:64] if answer.status_code == 200 else ""
            hint = f"put {wanted.file}.sha256 beside the file there (sha256sum writes it), or give --sha256"
        else:
            answer = client.head(wanted.url)
            if answer.status_code >= 400:
                raise refused(wanted.url, answer.status_code)
            told = answer.headers.get("x-linked-etag") or answer.headers.get("etag") or ""
            hint = "give --sha256, as the file's page on the hub tells it"
    except httpx.TransportError as error:
        raise NoNetworkError(httpx.URL(wanted.url).host, str(error) or type(error).__name__) from error
    match = _DIGEST.fullmatch(told.strip())
    if match is None:
        raise ModelError(f"{wanted.url}: no checksum is published for it; {hint}")
    return match[1].lower()
