"""Looks into a ZIP container before anything unpacks it.

Knows: what an office file may unpack to. Does not know: the formats inside. A size that a container states too low does
no harm: Python's reader stops at the stated size.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from services.documents.problems import DocumentProblem

MAX_ENTRIES = 10_000
MAX_RATIO = 200
RATIO_FROM = 16 * 2**20
"""Bytes from which on the ratio counts: small files of blanks compress well and do no harm."""


def check_container(path: Path, most_bytes: int) -> None:
    """Raises DocumentProblem: ``too_large`` for a bomb, ``encrypted``, ``truncated``."""
    try:
        with zipfile.ZipFile(path) as container:
            entries = container.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise DocumentProblem("truncated") from None
    total = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > MAX_ENTRIES:
        raise DocumentProblem("too_large", most=f"{MAX_ENTRIES} entries")
    if total > most_bytes or (total > RATIO_FROM and total / packed > MAX_RATIO):
        raise DocumentProblem("too_large", most=f"{most_bytes // 2**20} MiB, {MAX_RATIO} times its packed size")
    if any(entry.flag_bits & 1 for entry in entries):
        raise DocumentProblem("encrypted")
