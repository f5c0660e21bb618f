"""The bench of documents measures what it says, on a few pages."""

from __future__ import annotations

from pathlib import Path

from services.documents.settings import Limits
from tests.bench.documents import in_process, missed, text_pdf


def test_pages_are_counted_and_bounds_told(tmp_path: Path) -> None:
    path = text_pdf(tmp_path / "a.pdf", 3)
    assert in_process(path, Limits()) > 0
    assert missed({"cpu_pages_per_s": 150.0, "peak_mb": 599.0}) == []
    assert len(missed({"cpu_pages_per_s": 149.0, "peak_mb": 600.0})) == 2
