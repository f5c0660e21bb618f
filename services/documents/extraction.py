"""A document from bytes to pages, for every route: spooled to a file, read by a job, remembered for a while.

Knows: the temporary file, the memory of recent documents. Does not know: HTTP, who asks. What is remembered stays in
memory only, by the digest of the bytes and the options: the same file comes again with every turn of a conversation.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.common.errors import ApiError
from services.documents.jobs import Jobs
from services.documents.problems import DocumentProblem
from services.documents.worker import Job, Message

REMEMBERED_CHARS = 32 * 2**20
REMEMBERED_S = 900.0


class Extraction:
    """``spool``: a folder for files that are being read; emptied at start."""

    def __init__(self, jobs: Jobs, spool: Path) -> None:
        self.jobs = jobs
        self._spool = spool
        self._recent: OrderedDict[str, tuple[float, int, list[Message]]] = OrderedDict()
        self._chars = 0
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in spool.iterdir():
            left.unlink()

    async def spooled(self, body: AsyncIterator[bytes], most: int) -> tuple[Path, str, int]:
        """Path, SHA-256 and size of the body written down. Raises ApiError(413) above ``most`` bytes; 400 where
        empty."""
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self._spool, delete=False) as file:
            path = Path(file.name)
            try:
                async for chunk in body:
                    size += len(chunk)
                    if size > most:
                        raise ApiError(
                            413,
                            f"The file is larger than {most // 2**20} MiB: send a smaller one, or raise "
                            "gateway.documents.max_file_mb.",
                            code="file_too_large",
                        )
                    digest.update(chunk)
                    file.write(chunk)
            except BaseException:
                os.unlink(path)
                raise
        return path, digest.hexdigest(), size

    async def messages(self, job: Job, digest: str) -> AsyncIterator[Message]:
        """The job's messages; from memory where the same was read a moment ago. Raises DocumentProblem, also
        ``no_text`` where no page has any."""
        key = f"{digest} {replace(job, path=Path())}"
        known = self._known(key)
        if known is not None:
            for message in known:
                yield message
            return
        kept: list[Message] | None = []
        chars, text = 0, job.render is not None
        async for message in self.jobs.stream(job):
            one = message.get("page")
            if one is not None:
                text = text or bool(one["text"].strip())
                chars += 2 * len(one["text"]) + 500
            if kept is not None and job.render is None and chars <= REMEMBERED_CHARS // 4:
                kept.append(message)
            else:
                kept = None
            yield message
        if not text:
            raise DocumentProblem("no_text")
        if kept is not None and not any(m["page"]["problem"] for m in kept if "page" in m):
            self._remember(key, chars, kept)

    def _known(self, key: str) -> list[Message] | None:
        found = self._recent.get(key)
        if found is None or time.monotonic() - found[0] > REMEMBERED_S:
            return None
        self._recent.move_to_end(key)
        return found[2]

    def _remember(self, key: str, chars: int, messages: list[Message]) -> None:
        before = self._recent.pop(key, None)
        self._chars += chars - (before[1] if before is not None else 0)
        self._recent[key] = (time.monotonic(), chars, messages)
        while self._chars > REMEMBERED_CHARS:
            _, (_, gone, _) = self._recent.popitem(last=False)
            self._chars -= gone


async def whole(messages: AsyncIterator[Message]) -> dict[str, Any]:
    """The head with all pages in it. Raises DocumentProblem."""
    made: dict[str, Any] = {}
    pages: list[Message] = []
    async for message in messages:
        if "head" in message:
            made = dict(message["head"])
        elif "page" in message:
            pages.append(message["page"])
    return {**made, "page_count": made.get("pages", len(pages)), "pages": pages}
