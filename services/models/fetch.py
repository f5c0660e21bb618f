"""Fetches one file over HTTP: resumable, complete or not at all.

Knows: ranges, interruptions, checksums, room on the disk. Does not know: models, names, screens. What has arrived is
kept in ``<file>.part``; only a file whose checksum is right gets its name.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from services.models.errors import ModelError, NoNetworkError

Progress = Callable[[int, int | None], None]
"""(bytes so far, bytes in all or None)."""

_SPARE_BYTES = 64 << 20
_TRIES = 5
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


def fetch(
    client: httpx.Client,
    url: str,
    target: Path,
    sha256: str,
    progress: Progress,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Bring ``url`` to ``target``. Raises NoNetworkError, ModelError.

    A connection that breaks is taken up again where it broke, as long as something arrives; the next call does the
    same.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("ab+") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ModelError(f"{part} is being written by another pull; wait for it or stop it") from None
        resumed = out.tell() > 0
        _complete(client, url, out, progress, sleep)
        if _digest(out) != sha256 and resumed:
            # The file may have been another one when the earlier part came: once more from the start.
            out.truncate(0)
            _complete(client, url, out, progress, sleep)
        found = _digest(out)
        if found != sha256:
            part.unlink(missing_ok=True)
            raise ModelError(
                f"{target.name}: the checksum is wrong (expected {sha256}, got {found}); nothing was kept."
                " The file was changed on its way or at its source: do not use it."
            )
        out.flush()
        os.fsync(out.fileno())
        part.replace(target)


def _complete(
    client: httpx.Client, url: str, out: io.BufferedRandom, progress: Progress, sleep: Callable[[float], None]
) -> None:
    """Read until the end, over as many connections as it takes; gives up after some in a row without a byte."""
    fruitless = 0
    while True:
        before = out.seek(0, os.SEEK_END)
        try:
            _read(client, url, out, progress)
            return
        except httpx.TransportError as error:
            arrived = out.seek(0, os.SEEK_END) > before
            fruitless = 0 if arrived else fruitless + 1
            if fruitless >= _TRIES or (isinstance(error, httpx.ConnectError) and before == 0 and not arrived):
                raise NoNetworkError(httpx.URL(url).host, _why(error)) from error
            sleep(min(8.0, 0.5 * 2**fruitless))


def _read(client: httpx.Client, url: str, out: io.BufferedRandom, progress: Progress) -> None:
    have = out.seek(0, os.SEEK_END)
    # identity: a compressed answer would have other byte positions.
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with client.stream("GET", url, headers=headers, follow_redirects=True) as answer:
        if answer.status_code == 416 and have:
            total = answer.headers.get("content-range", "").rpartition("/")[2]
            if total == str(have):
                return  # all of it was there already
            out.truncate(0)
            raise httpx.ReadError("the earlier part is longer than the file")
        if answer.status_code == 200 and have:
            out.truncate(0)  # this server cannot continue: from the start
            have = 0
        elif answer.status_code == 206:
            match = _RANGE.match(answer.headers.get("content-range", ""))
            if match is None or int(match[1]) != have:
                raise ModelError(f"{url}: the server continued at the wrong place; try another one")
        elif answer.status_code != 200:
            raise refused(url, answer.status_code)
        length = answer.headers.get("content-length", "")
        total_bytes = have + int(length) if length.isdigit() else None
        _need_room(Path(out.name).parent, (total_bytes or have) - have)
        progress(have, total_bytes)
        for chunk in answer.iter_raw():  # as it comes: what is held back is lost when the line breaks
            out.write(chunk)
            have += len(chunk)
            progress(have, total_bytes)
        out.flush()


def refused(url: str, status: int) -> ModelError:
    """The server's refusal in words."""
    if status in (401, 403):
        return ModelError(
            f"{url}: {status}, the server wants a login. Accept the model's license there, then set HF_TOKEN."
        )
    if status == 404:
        return ModelError(f"{url}: 404, there is no such file. Look for its exact name there.")
    return ModelError(f"{url}: the server answered {status}. Try again later; what has arrived is kept.")


def _need_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if size + _SPARE_BYTES > free:
        raise ModelError(
            f"{folder}: {size / 1e9:.1f} GB are to come, {free / 1e9:.1f} GB are free. Make room, or choose another"
            " folder with --models-dir."
        )


def _digest(out: io.BufferedRandom) -> str:
    out.flush()
    out.seek(0)
    return hashlib.file_digest(out, "sha256").hexdigest()


def _why(error: httpx.TransportError) -> str:
    return "it did not answer in time" if isinstance(error, httpx.TimeoutException) else str(error) or "broken off"
